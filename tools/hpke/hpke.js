// What the browser needs of RFC 9180: P-256, HKDF-SHA256, AES-256-GCM. Built into webhook/static/seal-hpke.js (make seal).
export { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
