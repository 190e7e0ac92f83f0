/** Server-sent events from `url` until `close`, or until the connection is lost: then `onLost`, once, and nothing more. */
export class EventFeed {
  readonly #source: EventSource;

  constructor(
    url: string,
    on: Readonly<Record<string, (data: never) => void>>,
    { onOpen, onLost }: { readonly onOpen?: () => void; readonly onLost: () => void },
  ) {
    this.#source = new EventSource(url);
    this.#source.onopen = () => onOpen?.();
    // The browser would try again with its last event id, which means nothing to a server that has been started anew (and gives up
    // for good at a proxy's 502). Whoever listens reads the state again and opens another feed.
    this.#source.onerror = () => {
      this.close();
      onLost();
    };
    for (const [name, take] of Object.entries(on))
      this.#source.addEventListener(name, (event) =>
        take(JSON.parse((event as MessageEvent<string>).data) as never),
      );
  }

  close(): void {
    this.#source.close();
  }
}
