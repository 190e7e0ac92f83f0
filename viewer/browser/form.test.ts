import type { JobView } from '@tessera/coordinator/schema/job.js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './testing/axe.js';
import { launch, NO_CHROMIUM } from './testing/chromium.js';
import { keep, openPage, render, seen, state } from './testing/page.js';
import { Serve } from './testing/serve.js';

describe.skipIf(NO_CHROMIUM)('the form of the live page', { timeout: 60_000 }, () => {
  let serve: Serve;
  let browser: Browser;

  beforeAll(async () => {
    [serve, browser] = await Promise.all([Serve.start(), launch()]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await serve?.close();
  });

  /** The body of the request that Render sends, and the job that answers it. */
  async function sent(page: Page): Promise<{ asked: Record<string, unknown>; job: JobView }> {
    const answer = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Render' }).click();
    const response = await answer;
    return { asked: response.request().postDataJSON(), job: (await response.json()) as JobView };
  }

  it('says at its field what is wrong with an input, and forgets it when that is mended', async () => {
    const { page } = await openPage(browser, serve.url);
    const width = page.getByLabel('Width, px');
    await width.fill('wide');
    await page.getByRole('button', { name: 'Render' }).click();
    await page.locator('#field-width[aria-invalid=true]').waitFor();
    expect(await page.locator('#field-width-hint').textContent()).toMatch(/integer|number/);
    expect(await width.evaluate((element) => element === document.activeElement)).toBe(true);
    await keep(page, 'refused');
    await width.fill('256');
    expect(await width.getAttribute('aria-invalid')).toBe('false');
    await page.context().close();
  });

  it('opens the closed part where a field in it is at fault', async () => {
    const { page } = await openPage(browser, serve.url);
    await page.getByText('Model, tissue and settings').click();
    await page.getByLabel('Steps').fill('0');
    await page.getByText('Model, tissue and settings').click();
    await page.getByRole('button', { name: 'Render' }).click();
    await page.locator('#field-steps[aria-invalid=true]').waitFor();
    expect(await page.getByLabel('Steps').isVisible()).toBe(true);
    await page.context().close();
  });

  it('sends a tissue, or a layout that was painted by keys', async () => {
    const { page } = await openPage(browser, serve.url);
    await page.getByLabel('Width, px').fill('256');
    await page.getByLabel('Height, px').fill('256');
    await page.getByText('Model, tissue and settings').click();
    await page.getByLabel('What it shows').selectOption('Tissue: busy');
    expect((await sent(page)).asked).toMatchObject({ width: 256, content: { tissue: 'busy' } });
    await page.getByLabel('What it shows').selectOption('A layout that I draw');
    await page.getByRole('button', { name: 'busy', exact: true }).click();
    await page.getByLabel('Row 1, column 1:').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    const { asked, job } = await sent(page);
    const { drawing } = asked.content as { drawing: (string | null)[][] };
    expect(drawing[0]!.slice(0, 3)).toEqual([null, 'busy', null]);
    expect(job.id).toBeDefined();
    await page.context().close();
  });

  it('sends an image that was chosen', async () => {
    const { page } = await openPage(browser, serve.url);
    await page.getByLabel('Width, px').fill('256');
    await page.getByLabel('Height, px').fill('256');
    await page.getByText('Model, tissue and settings').click();
    await page.getByLabel('What it shows').selectOption('More of what an image shows');
    await page
      .locator('#reference-file')
      .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: await page.screenshot() });
    await page.getByAltText('The reference').waitFor();
    expect((await sent(page)).job.state).toMatch(/queued|running/);
    await page.context().close();
  });

  it('is used without a mouse', async () => {
    const { page } = await openPage(browser, serve.url);
    await page.keyboard.press('r');
    await page.locator('#field-width:focus').waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('256');
    await page.keyboard.press('Tab');
    await page.keyboard.type('256');
    await page.keyboard.press('Enter');
    await state(page, 'Done');
    const answer = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.keyboard.press('Enter');
    const { id } = (await (await answer).json()) as JobView;
    // It comes in at the top, and moves the others down.
    await page.locator(`[data-row="0"][href="#job=${id}"]`).waitFor();
    await page.locator('[data-row="0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('[data-row="1"]:focus').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });

  it.each([
    ['light', { width: 1280, height: 800 }],
    ['dark', { width: 1280, height: 800 }],
    ['light', { width: 360, height: 740 }],
    ['dark', { width: 360, height: 740 }],
  ] as const)('nothing stands in the way of a screen reader: %s, %o', async (colorScheme, viewport) => {
    const { page } = await openPage(browser, serve.url, { colorScheme, viewport });
    await page.getByText('Model, tissue and settings').click();
    await page.getByLabel('What it shows').selectOption('A layout that I draw');
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('What it shows').selectOption('More of what an image shows');
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('What it shows').selectOption('What the seed brings');
    await page.getByLabel('Steps').fill('none');
    await page.getByRole('button', { name: 'Render' }).click();
    await page.locator('#field-steps[aria-invalid=true]').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Steps').fill('');
    await render(page, 512);
    await state(page, 'Done');
    await seen(page);
    for (const name of ['Tiles', 'Steps']) await page.getByRole('button', { name, exact: true }).click();
    expect(await violations(page)).toEqual([]);
    await keep(page, `${colorScheme}-${viewport.width}`);
    await page.context().close();
  });
});
