import type { enVersion } from './en-version.ts';

export const svVersion: Record<keyof typeof enVersion, string> = {
  'versions.title': 'Versioner',
  'versions.live': 'Version {version} är i gång',
  'versions.last': 'Version {version} publicerades senast',
  'versions.never': 'Den har aldrig publicerats',
  'versions.inOlder': '{count} person följer en äldre|{count} personer följer äldre',
  'versions.empty': 'Ingen version än',
  'versions.emptySays':
    'Den första kommer med publiceringen. Därefter står var och en här med det den ändrade, och kan göras gällande igen.',
  'versions.published': 'Publicerade',
  'versions.draft': 'Utkast',
  'versions.draftSays': 'inte publicerat',
  'versions.inside': '{count} inne|{count} inne',
  'versions.isLast': 'den nyaste',
  'versions.changes': 'Det här skulle den ändra i den nyaste:',
  'versions.willChange': 'Det här ändras',
  'versions.same': 'Den säger detsamma som den nyaste.',
  'versions.yes': 'ja',
  'versions.no': 'nej',
  'versions.back': 'Gör den gällande igen',
  'versions.back.title': 'Göra version {version} gällande igen?',
  'versions.back.says':
    'Dess dokument blir version {next}, och de som kommer in följer den. De {count} som är inne stannar på den version de började med.',
  'versions.back.paused': 'Resan förblir pausad tills den återupptas.',
  'versions.back.opens': 'Resan öppnas igen: människor kommer in.',
  'versions.back.draft': 'Det finns ett utkast som inte publicerats; det ersätts.',
  'versions.move': 'Flytta över människor',
  'versions.move.says':
    'Den som är inne följer den version den började med. Här byter de till den nyaste: en väntan pågår tills den skulle ha slutat, allt annat börjar om på sin plats.',
  'versions.move.none': 'Ingen följer en äldre version, så ingen behöver flyttas.',
  'versions.move.at': '{count} person, version {versions}|{count} personer, version {versions}',
  'versions.move.where': 'Vart de vid {activity} går',
  'versions.move.choose': 'Välj en aktivitet',
  'versions.move.homeless': 'Den nyaste versionen saknar den aktiviteten',
  'versions.move.end': 'Körningen slutar',
  'versions.move.sums': '{on} skulle gå vidare, {end} skulle sluta, utan plats: {homeless}.',
  'versions.move.notLive': 'Bara en resa som är i gång kan ta emot dem.',
  'versions.move.do': 'Flytta över dem',
  'versions.move.title':
    'Flytta {count} person till version {version}?|Flytta {count} personer till version {version}?',
  'versions.move.means':
    '{on} går vidare i den nyaste versionen och {end} slutar där de är. Deras brev och anrop på väg kallas tillbaka och görs om där kartan leder till sådana. Det går inte att ångra.',
};
