// `node --import` of this file gives a process a wall clock that SIGUSR2 sets an hour forward, then two hours back, and so on: what an
// administrator or NTP does to a machine. Durations, which come from the monotonic clock, are not touched, as they are not then.
const HOUR = 3_600_000;
const RealDate = Date;
let ahead = 0;

process.on('SIGUSR2', () => {
  ahead = ahead > 0 ? -HOUR : HOUR;
});

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, type) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + ahead] : args, type),
  get: (target, key) => (key === 'now' ? () => RealDate.now() + ahead : Reflect.get(target, key)),
});
