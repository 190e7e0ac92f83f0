import { Access, type Caller, type Presented } from './access.js';
import type { CallerLimit } from './caller-limit.js';
import type { Permission } from './role.js';

/** What every request passes, by whatever protocol: who asks, may they, and how much have they asked already. */
export class Gate {
  readonly access: Access;
  readonly #limit: CallerLimit | undefined;

  constructor(access: Access = new Access({}), limit?: CallerLimit | undefined) {
    this.access = access;
    this.#limit = limit;
  }

  /** True if there is nothing to check. */
  get open(): boolean {
    return !this.access.restricted && this.#limit === undefined;
  }

  /**
   * Who asks, from the address `from`: those that are known count by name, all others by address. Throws what `Access.check`
   * throws and TESSERA_RATE_LIMITED.
   */
  async admit(presented: Presented, permission: Permission, from: string): Promise<Caller> {
    let caller: Caller;
    try {
      caller = this.access.check(presented, permission);
    } catch (error) {
      await this.count(from);
      throw error;
    }
    await this.count(this.access.restricted ? `name ${caller.name}` : from);
    return caller;
  }

  /** Counts a request that needs no permission. Throws TESSERA_RATE_LIMITED. */
  async count(from: string): Promise<void> {
    await this.#limit?.count(from);
  }
}
