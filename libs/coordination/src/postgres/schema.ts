/**
 * Beside BullMQ's own tables (schema `bullmq`): a row per lease, whose fence outlives every owner, and the messages that are too
 * long for NOTIFY. Several processes may start at once, and IF NOT EXISTS alone does not keep them apart: hence the lock.
 */
export const MIGRATION = `
BEGIN;
SELECT pg_advisory_xact_lock(7160412501);
CREATE SCHEMA IF NOT EXISTS logweir;
CREATE TABLE IF NOT EXISTS logweir.lease (
  name text PRIMARY KEY, owner text NOT NULL, until_ms bigint NOT NULL, fence bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS logweir.message (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL, at timestamptz NOT NULL DEFAULT now()
);
COMMIT;`;
