import { expect, test } from 'vitest';
import { requestOf } from './request.js';
import { type FieldName, type FieldSchema, labelOf } from './schema.js';

const fields = new Map<FieldName, FieldSchema>([
  ['width', { type: 'integer' }],
  ['steps', { type: 'integer' }],
  ['seed', { type: 'string' }],
  ['postPass', { type: 'boolean' }],
]);

test('numbers are numbers, text stays text, what is empty is left out', () => {
  expect(
    requestOf(fields, { width: '2048', steps: '', seed: '18446744073709551615', postPass: false }, undefined),
  ).toEqual({
    width: 2048,
    seed: '18446744073709551615',
  });
});

test('what is no number goes to the API as it was typed', () => {
  expect(requestOf(fields, { width: 'wide' }, { tissue: 'breast' })).toEqual({
    width: 'wide',
    content: { tissue: 'breast' },
  });
});

test('names as a person reads them', () => {
  expect([labelOf('guidanceScale'), labelOf('steps')]).toEqual(['Guidance scale', 'Steps']);
});
