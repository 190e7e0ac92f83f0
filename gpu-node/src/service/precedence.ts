import type { Claim } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';

/** Of whoever does not say. */
const NOBODY: Claim = { coordinator: '', priority: 0 };

/**
 * Whose calls a node takes, where several coordinators ask it. Each orders its own jobs by priority but knows nothing of the
 * others' batches; the node sees them all. A call is refused while one of higher priority from another coordinator is under
 * way: that one has two here at any time as long as it has work, so that nothing of lower priority comes between; and where it has
 * none to give the node is free for others.
 */
export class Precedence {
  readonly #underWay = new Set<Claim>();

  /** Does `call` unless it is outranked. Rejects with TESSERA_OUTRANKED, and as the call does. */
  async admit<Answer>(claim: Claim = NOBODY, call: () => Promise<Answer>): Promise<Answer> {
    for (const { coordinator, priority } of this.#underWay)
      if (coordinator !== claim.coordinator && priority > claim.priority)
        throw new TesseraError(
          'TESSERA_OUTRANKED',
          `Expected a job of priority ${priority} or more, as another coordinator has here, but got ${claim.priority}`,
        );
    // Two claims may say the same.
    const entered = { ...claim };
    this.#underWay.add(entered);
    try {
      return await call();
    } finally {
      this.#underWay.delete(entered);
    }
  }
}
