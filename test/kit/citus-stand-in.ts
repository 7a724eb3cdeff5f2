// An extension that calls itself citus and spreads nothing: it writes down what it is called with, runs locally what
// workers are to run, and refuses what Citus is known to refuse. It shows what a distribution asks for, in which order,
// and that its SQL is valid; what a cluster does with it, it cannot show.

import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type DatabaseTarget } from '@keytrail/server/base/db';

const control = "comment = 'stand-in for tests'\ndefault_version = '0'\nrelocatable = false\nschema = public\n";

const script = `
CREATE TABLE citus_calls (n int GENERATED ALWAYS AS IDENTITY, name text, args text[]);
CREATE TABLE pg_dist_node (nodename text, nodeport int, noderole text DEFAULT 'primary', isactive boolean DEFAULT true, shouldhaveshards boolean DEFAULT true);
CREATE TABLE pg_dist_partition (logicalrelid regclass PRIMARY KEY, partmethod "char");
CREATE TABLE pg_dist_authinfo (nodeid int, rolename name, authinfo text);
GRANT SELECT ON pg_dist_node, pg_dist_partition TO PUBLIC;

CREATE FUNCTION citus_is_coordinator() RETURNS boolean LANGUAGE sql RETURN true;

CREATE FUNCTION create_distributed_table(table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
  colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_policy WHERE polrelid = table_name AND pg_get_expr(polqual, polrelid) ~* 'select') THEN
    RAISE EXCEPTION 'Subqueries are not supported in policies on distributed tables: %', table_name;
  END IF;
  IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = table_name AND NOT tgisinternal)
    AND current_setting('citus.enable_unsafe_triggers', true) IS DISTINCT FROM 'on' THEN
    RAISE EXCEPTION 'triggers are not supported on distributed tables: %', table_name;
  END IF;
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = table_name AND contype = 'f'
    AND confrelid NOT IN (SELECT logicalrelid FROM pg_dist_partition)) THEN
    RAISE EXCEPTION 'referenced table must be a distributed table: %', table_name;
  END IF;
  IF EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = distribution_column
    WHERE i.indrelid IN (SELECT relid FROM pg_partition_tree(table_name) UNION SELECT table_name) AND i.indisunique
      AND a.attnum <> ALL (i.indkey::int2[])) THEN
    RAISE EXCEPTION 'a unique index does not hold the distribution column: %', table_name;
  END IF;
  INSERT INTO citus_calls (name, args) VALUES ('create_distributed_table', ARRAY[table_name::text, distribution_column, colocate_with]);
  INSERT INTO pg_dist_partition VALUES (table_name, 'h');
END $$;

CREATE FUNCTION create_distributed_function(function_name regprocedure, distribution_arg_name text DEFAULT NULL,
  colocate_with text DEFAULT 'default', force_delegation boolean DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
  INSERT INTO citus_calls (name, args)
    VALUES ('create_distributed_function', ARRAY[function_name::text, distribution_arg_name, colocate_with, force_delegation::text])
$$;

CREATE FUNCTION run_command_on_workers(command text, parallel boolean DEFAULT true)
RETURNS TABLE (nodename text, nodeport int, success boolean, result text) LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO citus_calls (name, args) VALUES ('run_command_on_workers', ARRAY[command]);
  EXECUTE command;
  RETURN QUERY SELECT n.nodename, n.nodeport, true, 'DO' FROM pg_dist_node n;
END $$;

CREATE FUNCTION truncate_local_data_after_distributing_table(function_name regclass) RETURNS void LANGUAGE sql AS $$
  INSERT INTO citus_calls (name, args) VALUES ('truncate_local_data_after_distributing_table', ARRAY[function_name::text])
$$;
`;

/** Installs the stand-in in a database of a Postgres 18 of the test's own. `folder` stays until that has stopped. */
export async function installStandIn(target: DatabaseTarget, folder: string): Promise<void> {
  const extensions = join(folder, 'extension');
  await mkdir(extensions);
  await chmod(extensions, 0o755);
  await writeFile(join(extensions, 'citus.control'), control, { mode: 0o644 });
  await writeFile(join(extensions, 'citus--0.sql'), script, { mode: 0o644 });
  const sql = connect(target, { max: 1 });
  await sql.unsafe(`set extension_control_path = '${folder}:$system'`);
  await sql`create extension citus`;
  await sql.end();
}

/** What the stand-in was called with, in order. */
export async function readCalls(target: DatabaseTarget): Promise<{ name: string; args: (string | null)[] }[]> {
  const sql = connect(target, { max: 1 });
  const rows = await sql<
    { name: string; args: (string | null)[] }[]
  >`select name, to_jsonb(args) as args from citus_calls order by n`;
  await sql.end();
  return [...rows];
}
