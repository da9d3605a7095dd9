// Countries to choose from; their names come from the browser, in the language in use. Latin America first: most who set
// Recado up are there.
const NEAR = ["AR", "BO", "BR", "CL", "CO", "CR", "CU", "DO", "EC", "ES", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "PT", "PY", "SV", "US", "UY", "VE"];
const REST =
  "AD AE AF AG AL AM AO AT AU AZ BA BB BD BE BF BG BH BI BJ BN BS BT BW BY BZ CA CD CF CG CH CI CM CN CV CY CZ DE DJ DK DM DZ EE EG ER ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GW GY HK HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MK ML MM MN MO MR MT MU MV MW MY MZ NA NE NG NL NO NP NZ OM PG PH PK PL PS QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SY SZ TD TG TH TJ TL TM TN TO TR TT TW TZ UA UG UZ VC VN VU WS YE ZA ZM ZW".split(
    " ",
  );

export interface Country {
  code: string;
  name: string;
}

export function countries(locale: string): Country[] {
  const names = new Intl.DisplayNames([locale], { type: "region" });
  const named = (codes: string[]) =>
    codes.map((code) => ({ code, name: names.of(code) ?? code })).sort((a, b) => a.name.localeCompare(b.name, locale));
  return [...named(NEAR), ...named(REST)];
}

/** From the browser's languages (`es-CL`); Chile where they say nothing. */
export function guessCountry(languages: readonly string[] = navigator.languages): string {
  for (const tag of languages) {
    const region = /-([A-Z]{2})$/.exec(tag)?.[1];
    if (region && (NEAR.includes(region) || REST.includes(region))) return region;
  }
  return "CL";
}
