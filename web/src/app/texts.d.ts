/** What web/texts.ts makes of src/locales. */
declare module "virtual:texts/*" {
  const texts: import("./i18n").Texts;
  export default texts;
}
