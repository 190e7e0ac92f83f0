import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JobView } from '@tessera/coordinator/schema/job.js';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const SCREENSHOTS = fileURLToPath(new URL('../../../screenshots/', import.meta.url));

/** A page in a context of its own. `errors` fills with whatever the page throws, and what its policy keeps from it. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (line) => {
    if (line.text().includes('Content Security Policy')) errors.push(line.text());
  });
  await page.goto(url);
  await page.getByText('Live', { exact: true }).waitFor();
  return { page, errors };
}

/** Fills in the size, presses Render, and gives the id of the job. */
export async function render(page: Page, side: number): Promise<string> {
  await page.getByLabel('Width, px').fill(`${side}`);
  await page.getByLabel('Height, px').fill(`${side}`);
  const answer = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name: 'Render' }).click();
  return ((await (await answer).json()) as JobView).id;
}

/** The state of the job that the page shows. */
export function state(page: Page, text: string): Promise<void> {
  return page.locator('.head .state', { hasText: text }).waitFor({ timeout: 60_000 });
}

/** Resolves once a tile of the picture is on the page's canvas: its middle has a colour. */
export async function seen(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.picture canvas');
    const { width, height } = canvas ?? { width: 0, height: 0 };
    const pixel = width > 0 && canvas!.getContext('2d')!.getImageData(width / 2, height / 2, 1, 1).data;
    return pixel && pixel[3]! > 0;
  });
}

/** Where the link of the page says one looks, once it has said the same for half a second: the link follows the view. */
export async function placeOf(page: Page): Promise<{ x: number; y: number; z: number }> {
  const hash = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        let [last, since] = [location.hash, performance.now()];
        const look = () => {
          if (location.hash !== last) [last, since] = [location.hash, performance.now()];
          if (last.includes('z=') && performance.now() - since > 500) resolve(last);
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
  const link = new URLSearchParams(hash.slice(1));
  const [x, y, z] = ['x', 'y', 'z'].map((name) => Number(link.get(name)));
  return { x: x!, y: y!, z: z! };
}

/** Keeps a screenshot in viewer/screenshots, which is not committed. */
export async function keep(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
}
