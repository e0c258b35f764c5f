/** What web/texts.ts makes of src/locales. */
declare module "virtual:texts/*" {
  const texts: Record<string, string>;
  export default texts;
}
