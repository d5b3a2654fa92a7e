// Lighthouse from page to page in one browser: walk.mjs '{"chromium", "flags", "addresses", "form_factor", "cookies"}' -> as JSON
// {address: {category: 0…100, "failing": {audit: what it says}}}. cookies: as puppeteer takes them; what a signed-in person has.
import lighthouse, { desktopConfig } from "lighthouse";
import { launch } from "puppeteer-core";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
const told = JSON.parse(process.argv[2]);
const base = told.form_factor === "desktop" ? desktopConfig : { extends: "lighthouse:default" };
// Cookies outlive a reset; everything else is as at a first visit.
const config = { ...base, settings: { ...base.settings, onlyCategories: CATEGORIES, disableFullPageScreenshot: true } };

function found({ lhr }) {
  const scores = Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(100 * score)]);
  const weighed = new Set(Object.values(lhr.categories).flatMap(({ auditRefs }) => auditRefs.filter(({ weight }) => weight).map(({ id }) => id)));
  const failing = Object.values(lhr.audits)
    .filter(({ id, score }) => weighed.has(id) && score !== null && score < 0.9)
    .map(({ id, displayValue, title }) => [id, displayValue || title]);
  return { ...Object.fromEntries(scores), failing: Object.fromEntries(failing), at: lhr.finalDisplayedUrl };
}

const browser = await launch({ executablePath: told.chromium, args: told.flags });
try {
  const answers = {};
  for (const address of told.addresses) {
    const page = await browser.newPage();
    await browser.setCookie(...told.cookies);
    answers[address] = found(await lighthouse(address, {}, config, page));
    await page.close();
  }
  process.stdout.write(JSON.stringify(answers));
} finally {
  await browser.close();
}
