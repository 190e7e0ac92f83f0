/**
 * TypeBox, by which every room checks what comes from outside. Its 680 modules take a command 0.2 s to load; the build puts them
 * into this one (scripts/bundle.mjs).
 */
export { default as Type, type Static, type TSchema } from 'typebox';
export { default as Value } from 'typebox/value';
