// Someone who looks at a job, as the live page does: follows its events, and asks again for those of the tiles on its screen
// that have changed, three at a time, with the tag of what it has.

/** Tiles that are fetched at a time. */
const AT_ONCE = 3;
const TILE = 256;

/** What is on a screen: columns and rows of the deep-zoom level `z`, where a px spans `scale` px of the picture. */
export interface Screen {
  readonly z: number;
  readonly scale: number;
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Looks until the job has ended; how many tiles were had, and how many of these were new. */
export async function look(job: string, screen: Screen): Promise<{ asked: number; shown: number }> {
  const tags = new Map<string, string>();
  const stale = new Set<string>();
  const counts = { asked: 0, shown: 0 };
  const touch = ({ x, y, width, height }: Region) => {
    const side = TILE * screen.scale;
    for (let row = screen.top; row < screen.top + screen.rows; row++)
      for (let column = screen.left; column < screen.left + screen.columns; column++) {
        const [left, top] = [column * side, row * side];
        if (x < left + side && x + width > left && y < top + side && y + height > top)
          stale.add(`${column}_${row}`);
      }
  };
  let running = 0;
  const refresh = () => {
    while (running < AT_ONCE && stale.size > 0) {
      const [tile] = stale;
      stale.delete(tile!);
      running++;
      fetchTile(tile!).finally(() => {
        running--;
        refresh();
      });
    }
  };
  const fetchTile = async (tile: string) => {
    const answer = await fetch(`${job}/dzi_files/${screen.z}/${tile}.jpg`, {
      headers: { 'cache-control': 'max-age=0', 'if-none-match': tags.get(tile) ?? '""' },
    });
    counts.asked++;
    await answer.arrayBuffer();
    if (answer.status !== 200) return;
    counts.shown++;
    tags.set(tile, answer.headers.get('etag')!);
  };

  const events = await fetch(`${job}/events`);
  let text = '';
  for await (const chunk of events.body!.pipeThrough(new TextDecoderStream())) {
    const messages = (text + chunk).split('\n\n');
    text = messages.pop()!;
    for (const message of messages) {
      if (!message.includes('event: changed')) continue;
      const data = JSON.parse(message.slice(message.indexOf('data: ') + 6)) as { regions: Region[] };
      for (const region of data.regions) touch(region);
    }
    refresh();
  }
  return counts;
}
