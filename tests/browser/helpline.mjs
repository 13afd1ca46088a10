// Drives Chromium for the desk's tests: one JSON command a line in, one JSON answer a line out. Each person has a browser
// context of their own and a virtual authenticator (CDP WebAuthn), so that two workers can be at the desk at once.

import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';

const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const AUTHENTICATOR = {
  protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true,
};
const LIMIT = 20_000; // milliseconds for any wait
const browser = await puppeteer.launch({ executablePath: process.argv[2], headless: true, args: ARGS });
const people = {};

const commands = {
  async person({ who, width = 1280, height = 900, features = [] }) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    page.setDefaultTimeout(LIMIT);
    await page.setViewport({ width, height });
    if (features.length) await page.emulateMediaFeatures(features);
    const cdp = await page.createCDPSession();
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: AUTHENTICATOR });
    people[who] = { context, page, cdp, authenticatorId, errors: [], seen: [] };
    page.on('pageerror', (error) => people[who].errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && people[who].errors.push(message.text()));
    page.on('request', (request) => people[who].seen.push({ url: request.url(), body: request.postData() ?? '' }));
  },
  goto: ({ who, url }) => people[who].page.goto(url, { waitUntil: 'load' }).then(() => null),
  // The queue is drawn anew whenever it changes: what was found may be gone before it is clicked, and is looked for again.
  async click({ who, selector }, tries = 3) {
    const found = await people[who].page.waitForSelector(selector, { visible: true });
    try {
      await found.click();
    } catch (error) {
      if (tries === 1 || (await found.evaluate((element) => element.isConnected))) throw error;
      await commands.click({ who, selector }, tries - 1);
    }
  },
  async type({ who, selector, text }) {
    const found = await people[who].page.waitForSelector(selector, { visible: true });
    await found.type(text);
  },
  async file({ who, selector, path }) {
    await (await people[who].page.waitForSelector(selector)).uploadFile(path);
  },
  press: ({ who, key }) => people[who].page.keyboard.press(key).then(() => null),
  async text({ who, selector }) {
    const found = await people[who].page.waitForSelector(selector, { visible: true });
    return found.evaluate((element) => element.innerText);
  },
  wait: ({ who, expression }) => people[who].page.waitForFunction(expression).then(() => null),
  ask: ({ who, expression }) => people[who].page.evaluate(expression),
  features: ({ who, features }) => people[who].page.emulateMediaFeatures(features),
  size: ({ who, width, height }) => people[who].page.setViewport({ width, height }),
  shot: ({ who, path, full = false }) => people[who].page.screenshot({ path, fullPage: full }).then(() => null),
  errors: ({ who }) => people[who].errors,
  seen: ({ who }) => people[who].seen,
  permit: ({ who, origin, permissions }) => people[who].context.overridePermissions(origin, permissions).then(() => null),
  cookies: ({ who }) => people[who].context.cookies(),
  unverified: ({ who }) => people[who].cdp.send('WebAuthn.setUserVerified', { authenticatorId: people[who].authenticatorId, isUserVerified: false }),
  async axe({ who, source }) {
    await people[who].page.evaluate(source);
    return people[who].page.evaluate(async () => {
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
      const { violations } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
    });
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line);
  try {
    process.stdout.write(`${JSON.stringify({ result: (await commands[command](given)) ?? null })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
  }
}
await browser.close();
