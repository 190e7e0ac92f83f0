export { Access, type Caller, type Presented } from './access.js';
export { authorize, type MethodPermissions } from './authorize.js';
export { CallerLimit } from './caller-limit.js';
export { type CertificateFiles, Certificates } from './certificates.js';
export { bearer, channelCredentials, serverCredentials } from './channel.js';
export { Gate } from './gate.js';
export { type Permission, permits, type Role, TOKEN_ROLES } from './role.js';
export { TokenFile } from './token-file.js';
export { digestOf, newToken, readTokens, type TokenHolder, type TokenRecords, Tokens } from './tokens.js';
