import { expect, test } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { foreignNames, insteadOf } from './elsewhere.ts';
import { functionGroups, functionNamed } from './functions.ts';
import { compileExpression } from './index.ts';

/** journeys.md §2.4: the functions of Journey Optimizer's messages. */
const inMessages = `
  camelCase charCodeAt concat contains doesNotContain startsWith doesNotStartWith endsWith doesNotEndWith encode64 decode64
  equals equalsIgnoreCase equalsAnyIgnoreCase notEqualTo notEqualWithIgnoreCase extractEmailDomain formatCurrency getUrlHost
  getUrlPath getUrlProtocol getUrlFragment appendQueryParams indexOf lastIndexOf isEmpty isNotEmpty join leftTrim rightTrim
  trim length like lowerCase upperCase titleCase mask matches md5 sha256 regexGroup replace replaceAll split stringToDate
  string_to_integer stringToNumber substr toBool toDateTime toDateTimeOnly urlEncode urlDecode compareTo
  distinct distinctCountWithNull count countWithNull countOnlyNull head topN bottomN in notIn includes intersects subsetOf
  supersetOf average avg sum min max
  getCurrentZonedDateTime currentTimeInMillis addYears addMonths addDays addHours addMinutes addSeconds age ageInDays
  ageInMonths compareDates convertZonedDateTime dateDiff dateBetween diffInSeconds diffInMinutes diffInHours diffInMonths
  diffInYears dayOfMonth dayOfWeek dayOfYear weekOfYear extractHours extractMinutes extractSeconds extractMonth setDays
  setHours toUTC truncateToStartOfDay truncateToStartOfWeek truncateToStartOfQuarter truncateToStartOfYear formatDate
  absolute formatNumber random roundUp roundDown toHexString toInt toPercentage toPrecision toString get keys values isNull
  isNotNull`;

/** journeys.md §2.8: those of its conditions, waits and mappings. */
const inJourneys = `
  inAudience avg count countOnlyNull countWithNull distinctCount distinctCountWithNull max min sum
  toBool toDateOnly toDateTime toDateTimeOnly toDecimal toDuration toInteger toString
  now nowWithDelta currentTimeInMillis inLastHours inLastDays inLastMonths inLastYears inNextHours inNextDays inNextMonths
  inNextYears setHours setDays updateTimeZone dateDiff
  distinct distinctWithNull filter getListItem in intersect limit listSize serializeList sort
  random round
  concat contain containIgnoreCase endWith endWithIgnoreCase startWith startWithIgnoreCase equalIgnoreCase
  notEqualIgnoreCase indexOf lastIndexOf isEmpty isNotEmpty length lower upper trim matchRegExp replace replaceAll split
  substr uuid`;

function names(text: string): string[] {
  return text.trim().split(/\s+/);
}

test.each(names(inMessages))('journeys.md §2.4: %s is in the table', (name) => {
  expect(functionNamed(name)).toBeDefined();
});

test.each(names(inJourneys))('journeys.md §2.8: %s is in the table', (name) => {
  expect(functionNamed(name)).toBeDefined();
});

test('every row names the types of its parameters and of its value', () => {
  for (const { name, types, gives } of functionGroups.flatMap(({ functions }) => functions)) {
    expect({ name, gives }).not.toEqual({ name, gives: undefined });
    for (const type of [...(types ?? []), gives!]) {
      expect({ name, type }).toEqual({
        name,
        type: expect.stringMatching(
          /^(?:any|(?:text|number|truth|moment|duration|field|T|list|map|list<(?:\w+|list<T>)>)(?: or (?:text|number|truth|list|map))*)$/,
        ) as string,
      });
    }
  }
});

test('what other languages have and this one has not is refused with what to use', () => {
  for (const name of foreignNames()) {
    expect(functionNamed(name)).toBeUndefined();
    if (['and', 'or', 'not'].includes(name)) continue; // words of the grammar
    const refused = () => compileExpression(`${name}(1)`);
    expect(refused).toThrow(BeckonError);
    expect(refused).toThrow(insteadOf(name)!);
  }
  expect(() => compileExpression('datasetLookup("a")')).toThrow('call a custom action before this step');
  expect(() => compileExpression('upcase("a")')).toThrow('there is no function upcase; use upperCase(text)');
});
