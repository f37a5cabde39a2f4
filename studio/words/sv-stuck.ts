import type { enStuck } from './en-stuck.ts';

export const svStuck: Record<keyof typeof enStuck, string> = {
  'nav.stuck': 'Behöver hjälp',
  'stuck.none': 'Ingen körning behöver hjälp',
  'stuck.answer': '{count} körning behöver hjälp|{count} körningar behöver hjälp',
  'stuck.longest': 'den första sedan {time}',
  'stuck.note':
    'Anrop som misslyckas, väntetider som är över, brev som inget hörts om. Det som en paus håller sitter inte fast.',
  'stuck.empty': 'Alla går vidare',
  'stuck.emptySays':
    'En körning står här när dess anrop har försökts förgäves, när dess väntan tog slut för fem minuter sedan eller när inget hörts om dess brev på två dagar.',
  'stuck.allJourneys': 'Alla resor',
  'stuck.filter': 'Filtrera på person, plats eller skäl',
  'stuck.noneMatch': 'Ingen körning liknar ”{query}”.',
  'stuck.left': '{count} till visas inte.|{count} till visas inte.',
  'stuck.why': 'Varför',
  'stuck.where': 'Var',
  'stuck.since': 'Sedan',
  'stuck.chooseAll': 'Välj alla {count}',
  'stuck.chooseOne': 'Välj {name}',
  'stuck.choose': 'Välj några av dem.',
  'stuck.chosen': '{count} vald|{count} valda',
  'stuck.retry': 'Försök igen',
  'stuck.skip': 'Hoppa över',
  'stuck.exit': 'Ta ut',
  'stuck.skip.title': 'Hoppa över för {count} person?|Hoppa över för {count} personer?',
  'stuck.skip.says':
    'Var och en går vidare med det som kommer efter platsen där de står. Ett brev på väg kallas tillbaka, och det som hoppas över görs inte senare. Det går inte att ångra.',
  'stuck.exit.title': 'Ta ut {count} person ur resan?|Ta ut {count} personer ur resan?',
  'stuck.exit.says':
    'Deras körningar slutar där de är, och brev på väg kallas tillbaka. Om de får komma in igen säger resans inställningar. Det går inte att ångra.',
  'stuck.done.retry':
    '{count} körning försöks igen; den kommer tillbaka hit om den misslyckas.|{count} körningar försöks igen; de kommer tillbaka hit om de misslyckas.',
  'stuck.done.skip': '{count} körning går vidare bakom den.|{count} körningar går vidare bakom den.',
  'stuck.done.exit': '{count} körning har slutat.|{count} körningar har slutat.',
  'stuck.goneOn': '{count} hade redan gått vidare.|{count} hade redan gått vidare.',
  'stuck.inJourney': '{count} behöver hjälp|{count} behöver hjälp',
};
