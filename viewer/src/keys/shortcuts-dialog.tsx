import type { RefObject } from 'preact';
import { SHORTCUTS } from './shortcuts.js';

/** The list of keys. */
export function ShortcutsDialog({ at }: { readonly at: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={at} aria-labelledby="shortcuts-title">
      <h2 id="shortcuts-title">Keys</h2>
      <dl class="shortcuts">
        {SHORTCUTS.map(([keys, what]) => (
          <>
            <dt key={what}>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
      <div class="actions">
        <button type="button" class="button" onClick={() => at.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
