// Lighthouse behind the PIN: inside.mjs '{"chromium", "flags", "profile", "address", "pin", "ready"}' -> as JSON
// {"pin": {category: 0…100, "failing": [audit]}, "inside": …}. The profile is one on which somebody has signed in.
import { startFlow } from "lighthouse";
import { launch } from "puppeteer-core";

const told = JSON.parse(process.argv[2]);
const settings = {
  formFactor: "mobile",
  disableStorageReset: true,
  onlyCategories: ["performance", "accessibility", "best-practices"],
};

function found({ name, lhr }) {
  const judged = Object.values(lhr.categories).filter(({ id }) => lhr.gatherMode === "navigation" || id !== "performance");
  const scores = judged.map(({ id, score }) => [id, Math.round(100 * score)]);
  const failing = Object.values(lhr.audits).filter(({ score }) => score !== null && score < 0.9);
  return [name, { ...Object.fromEntries(scores), failing: failing.map(({ id }) => id) }];
}

const browser = await launch({ executablePath: told.chromium, args: told.flags, userDataDir: told.profile });
try {
  const page = await browser.newPage();
  const flow = await startFlow(page, { config: { extends: "lighthouse:default", settings } });
  await flow.navigate(told.address, { name: "pin" });
  await page.type("input", told.pin);
  await page.keyboard.press("Enter");
  await page.waitForFunction((text) => document.body.innerText.includes(text), {}, told.ready);
  await flow.snapshot({ name: "inside" });
  const { steps } = await flow.createFlowResult();
  process.stdout.write(JSON.stringify(Object.fromEntries(steps.map(found))));
} finally {
  await browser.close();
}
