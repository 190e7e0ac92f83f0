import { describe, expect, it } from 'vitest';
import { tessera } from '../testing/command.js';
import { checkExposure, checkSecretPath } from './exposure.js';

const NOT_ASKED = { insecurePlaintext: false, insecureNoAuth: false };

describe('what listens for other machines', () => {
  const open =
    (is: object, asked: object = {}) =>
    () =>
      checkExposure(
        'grpc',
        '0.0.0.0:1',
        { encrypted: false, restricted: false, ...is },
        { ...NOT_ASKED, ...asked },
      );

  it('is encrypted and restricted', () => {
    expect(open({ encrypted: true, restricted: true })).not.toThrow();
  });

  it.each([
    ['in plaintext', { restricted: true }, {}, '--insecure-plaintext'],
    [
      'in plaintext, though anyone may',
      { restricted: true },
      { insecureNoAuth: true },
      '--insecure-plaintext',
    ],
    ['to anyone', { encrypted: true }, {}, '--insecure-no-auth'],
    ['to anyone, though in plaintext', {}, { insecurePlaintext: true }, '--insecure-no-auth'],
  ])('is not opened %s', (_, is, asked, ask) => {
    expect(open(is, asked)).toThrow(
      expect.objectContaining({ code: 'TESSERA_EXPOSED', message: expect.stringContaining(ask) }),
    );
  });

  it('is opened where that is asked for by name', () => {
    expect(open({}, { insecurePlaintext: true, insecureNoAuth: true })).not.toThrow();
  });

  it('gets no secret in plaintext', () => {
    const send = (address: string, encrypted: boolean) => () =>
      checkSecretPath('The token', address, encrypted, NOT_ASKED);
    expect(send('hub:1', false)).toThrow(expect.objectContaining({ code: 'TESSERA_EXPOSED' }));
    expect(send('hub:1', true)).not.toThrow();
    expect(send('127.0.0.1:1', false)).not.toThrow();
  });
});

describe('the command line', () => {
  it.each([
    ['node', '--listen', '0.0.0.0:0'],
    ['coordinator', '--grpc', '0.0.0.0:0', '--state', 'none', '--node', '127.0.0.1:1'],
  ])('does not open a %s to other machines unasked', async (...args) => {
    const { code, stderr } = await tessera(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining('TESSERA_EXPOSED')]);
  });

  it('sends no token to another machine in plaintext', async () => {
    const args = ['list', '--coordinator', 'hub.invalid:1', '--token-file', import.meta.filename];
    const { code, stderr } = await tessera(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining('TESSERA_EXPOSED')]);
  });
});
