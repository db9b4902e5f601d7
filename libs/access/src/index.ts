export type { Audit, AuditEntry } from './audit/audit.js';
export { AuditLog, type AuditLogOptions } from './audit/audit-log.js';
