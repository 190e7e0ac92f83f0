import { describe, expect, it } from 'vitest';
import { Access } from './access.js';
import { type Permission, type Role, roleOf } from './role.js';
import { digestOf, newToken, Tokens } from './tokens.js';

const TOKEN = newToken();
const tokens = new Tokens([{ name: 'ci', role: 'submitter', sha256: digestOf(TOKEN) }]);
const refused = expect.objectContaining({ code: 'TESSERA_UNAUTHENTICATED' });
const forbidden = expect.objectContaining({ code: 'TESSERA_FORBIDDEN' });

describe('access', () => {
  it('is for anyone where nothing is asked for', () => {
    expect(new Access({}).check({}, 'operate').role).toBe('operator');
  });

  it.each<[Role, Permission[]]>([
    ['viewer', ['view']],
    ['submitter', ['view', 'submit']],
    ['operator', ['view', 'submit', 'operate']],
    ['coordinator', ['view', 'submit', 'operate', 'compute']],
    ['node', []],
  ])('of a certificate of a %s is %j', (role, allowed) => {
    const access = new Access({ certificates: true });
    for (const permission of ['view', 'submit', 'operate', 'compute'] as const) {
      const check = () => access.check({ subject: { CN: 'a', O: `tessera:${role}` } }, permission);
      if (allowed.includes(permission)) expect(check()).toEqual({ name: 'a', role });
      else expect(check).toThrow(forbidden);
    }
  });

  it('is by token, whatever the case of the scheme', () => {
    const access = new Access({ tokens });
    for (const scheme of ['Bearer', 'bearer'])
      expect(access.check({ authorization: `${scheme} ${TOKEN}` }, 'submit').name).toBe('ci');
    expect(() => access.check({ authorization: `Bearer ${TOKEN}` }, 'operate')).toThrow(forbidden);
  });

  it('is by token as the password that a browser asks for', () => {
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const access = new Access({ tokens });
    for (const user of ['', 'ann'])
      expect(access.check({ authorization: basic(`${user}:${TOKEN}`) }, 'view').name).toBe('ci');
    for (const wrong of [TOKEN, `${TOKEN}:`, `ann:${newToken()}`, 'ann:', ''])
      expect(() => access.check({ authorization: basic(wrong) }, 'view')).toThrow(refused);
  });

  it.each([
    ['nothing', undefined],
    ['another token', `Bearer ${newToken()}`],
    ['another scheme', `Basic ${TOKEN}`],
    ['the token alone', TOKEN],
    ['two tokens', `Bearer ${TOKEN}, Bearer ${TOKEN}`],
    ['a line more', `Bearer ${TOKEN}\r\nx: y`],
  ])('is not by %s', (_, authorization) => {
    expect(() => new Access({ tokens }).check({ authorization }, 'view')).toThrow(refused);
  });

  it('is not by a certificate where only tokens count', () => {
    const subject = { CN: 'a', O: 'tessera:operator' };
    expect(() => new Access({ tokens }).check({ subject }, 'view')).toThrow(refused);
  });

  it('is not given by a certificate to who shows a wrong token', () => {
    const both = { authorization: `Bearer ${newToken()}`, subject: { CN: 'a', O: 'tessera:operator' } };
    expect(() => new Access({ tokens, certificates: true }).check(both, 'view')).toThrow(refused);
  });
});

describe('the role of a certificate', () => {
  it.each<[string | string[] | undefined, Role | undefined]>([
    ['tessera:node', 'node'],
    [['Example Ltd', 'tessera:viewer'], 'viewer'],
    ['node', undefined],
    ['tessera:root', undefined],
    ['tessera:constructor', undefined],
    [undefined, undefined],
  ])('by %j is %s', (organisations, role) => {
    expect(roleOf(organisations)).toBe(role);
  });
});
