#include "pgcatalog/system_relations.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

// clang-format off
constexpr std::array kSystemViews = std::to_array<SystemRelation>({
    {12085, "pg_available_extension_versions", 'v',
     "name name, version text, installed bool, superuser bool, trusted bool, relocatable bool, schema name, "
     "requires name[], comment text"},
    {12081, "pg_available_extensions", 'v',
     "name name, default_version text, installed_version text, comment text"},
    {12138, "pg_backend_memory_contexts", 'v',
     "name text, ident text, parent text, level int4, total_bytes int8, total_nblocks int8, free_bytes int8, "
     "free_chunks int8, used_bytes int8"},
    {12130, "pg_config", 'v',
     "name text, setting text"},
    {12077, "pg_cursors", 'v',
     "name text, statement text, is_holdable bool, is_binary bool, is_scrollable bool, creation_time timestamptz"},
    {12110, "pg_file_settings", 'v',
     "sourcefile text, sourceline int4, seqno int4, name text, setting text, applied bool, error text"},
    {12010, "pg_group", 'v',
     "groname name, grosysid oid, grolist oid[]"},
    {12114, "pg_hba_file_rules", 'v',
     "line_number int4, type text, database text[], user_name text[], address text, netmask text, auth_method "
     "text, options text[], error text"},
    {12118, "pg_ident_file_mappings", 'v',
     "line_number int4, map_name text, sys_name text, pg_username text, error text"},
    {12043, "pg_indexes", 'v',
     "schemaname name, tablename name, indexname name, tablespace name, indexdef text"},
    {12073, "pg_locks", 'v',
     "locktype text, database oid, relation oid, page int4, tuple int2, virtualxid text, transactionid xid, "
     "classid oid, objid oid, objsubid int2, virtualtransaction text, pid int4, mode text, granted bool, fastpath "
     "bool, waitstart timestamptz"},
    {12038, "pg_matviews", 'v',
     "schemaname name, matviewname name, matviewowner name, tablespace name, hasindexes bool, ispopulated bool, "
     "definition text"},
    {12018, "pg_policies", 'v',
     "schemaname name, tablename name, policyname name, permissive text, roles name[], cmd text, qual text, "
     "with_check text"},
    {12095, "pg_prepared_statements", 'v',
     "name text, statement text, prepare_time timestamptz, parameter_types regtype[], from_sql bool, generic_plans "
     "int8, custom_plans int8"},
    {12090, "pg_prepared_xacts", 'v',
     "transaction xid, gid text, prepared timestamptz, owner name, database name"},
    {12068, "pg_publication_tables", 'v',
     "pubname name, schemaname name, tablename name, attnames name[], rowfilter text"},
    {12332, "pg_replication_origin_status", 'v',
     "local_id oid, external_id text, remote_lsn pg_lsn, local_lsn pg_lsn"},
    {12257, "pg_replication_slots", 'v',
     "slot_name name, plugin name, slot_type text, datoid oid, database name, temporary bool, active bool, "
     "active_pid int4, xmin xid, catalog_xmin xid, restart_lsn pg_lsn, confirmed_flush_lsn pg_lsn, wal_status "
     "text, safe_wal_size int8, two_phase bool"},
    {12000, "pg_roles", 'v',
     "rolname name, rolsuper bool, rolinherit bool, rolcreaterole bool, rolcreatedb bool, rolcanlogin bool, "
     "rolreplication bool, rolconnlimit int4, rolpassword text, rolvaliduntil timestamptz, rolbypassrls bool, "
     "rolconfig text[], oid oid"},
    {12023, "pg_rules", 'v',
     "schemaname name, tablename name, rulename name, definition text"},
    {12099, "pg_seclabels", 'v',
     "objoid oid, classoid oid, objsubid int4, objtype text, objnamespace oid, objname text, provider text, label "
     "text"},
    {12048, "pg_sequences", 'v',
     "schemaname name, sequencename name, sequenceowner name, data_type regtype, start_value int8, min_value int8, "
     "max_value int8, increment_by int8, cycle bool, cache_size int8, last_value int8"},
    {12104, "pg_settings", 'v',
     "name text, setting text, unit text, category text, short_desc text, extra_desc text, context text, vartype "
     "text, source text, min_val text, max_val text, enumvals text[], boot_val text, reset_val text, sourcefile "
     "text, sourceline int4, pending_restart bool"},
    {12005, "pg_shadow", 'v',
     "usename name, usesysid oid, usecreatedb bool, usesuper bool, userepl bool, usebypassrls bool, passwd text, "
     "valuntil timestamptz, useconfig text[]"},
    {12134, "pg_shmem_allocations", 'v',
     "name text, off int8, size int8, allocated_size int8"},
    {12222, "pg_stat_activity", 'v',
     "datid oid, datname name, pid int4, leader_pid int4, usesysid oid, usename name, application_name text, "
     "client_addr inet, client_hostname text, client_port int4, backend_start timestamptz, xact_start timestamptz, "
     "query_start timestamptz, state_change timestamptz, wait_event_type text, wait_event text, state text, "
     "backend_xid xid, backend_xmin xid, query_id int8, query text, backend_type text"},
    {12183, "pg_stat_all_indexes", 'v',
     "relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, idx_scan int8, idx_tup_read "
     "int8, idx_tup_fetch int8"},
    {12142, "pg_stat_all_tables", 'v',
     "relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, idx_scan int8, idx_tup_fetch "
     "int8, n_tup_ins int8, n_tup_upd int8, n_tup_del int8, n_tup_hot_upd int8, n_live_tup int8, n_dead_tup int8, "
     "n_mod_since_analyze int8, n_ins_since_vacuum int8, last_vacuum timestamptz, last_autovacuum timestamptz, "
     "last_analyze timestamptz, last_autoanalyze timestamptz, vacuum_count int8, autovacuum_count int8, "
     "analyze_count int8, autoanalyze_count int8"},
    {12285, "pg_stat_archiver", 'v',
     "archived_count int8, last_archived_wal text, last_archived_time timestamptz, failed_count int8, "
     "last_failed_wal text, last_failed_time timestamptz, stats_reset timestamptz"},
    {12289, "pg_stat_bgwriter", 'v',
     "checkpoints_timed int8, checkpoints_req int8, checkpoint_write_time float8, checkpoint_sync_time float8, "
     "buffers_checkpoint int8, buffers_clean int8, maxwritten_clean int8, buffers_backend int8, "
     "buffers_backend_fsync int8, buffers_alloc int8, stats_reset timestamptz"},
    {12266, "pg_stat_database", 'v',
     "datid oid, datname name, numbackends int4, xact_commit int8, xact_rollback int8, blks_read int8, blks_hit "
     "int8, tup_returned int8, tup_fetched int8, tup_inserted int8, tup_updated int8, tup_deleted int8, conflicts "
     "int8, temp_files int8, temp_bytes int8, deadlocks int8, checksum_failures int8, checksum_last_failure "
     "timestamptz, blk_read_time float8, blk_write_time float8, session_time float8, active_time float8, "
     "idle_in_transaction_time float8, sessions int8, sessions_abandoned int8, sessions_fatal int8, "
     "sessions_killed int8, stats_reset timestamptz"},
    {12271, "pg_stat_database_conflicts", 'v',
     "datid oid, datname name, confl_tablespace int8, confl_lock int8, confl_snapshot int8, confl_bufferpin int8, "
     "confl_deadlock int8"},
    {12253, "pg_stat_gssapi", 'v',
     "pid int4, gss_authenticated bool, principal text, encrypted bool"},
    {12297, "pg_stat_progress_analyze", 'v',
     "pid int4, datid oid, datname name, relid oid, phase text, sample_blks_total int8, sample_blks_scanned int8, "
     "ext_stats_total int8, ext_stats_computed int8, child_tables_total int8, child_tables_done int8, "
     "current_child_table_relid oid"},
    {12317, "pg_stat_progress_basebackup", 'v',
     "pid int4, phase text, backup_total int8, backup_streamed int8, tablespaces_total int8, tablespaces_streamed "
     "int8"},
    {12307, "pg_stat_progress_cluster", 'v',
     "pid int4, datid oid, datname name, relid oid, command text, phase text, cluster_index_relid oid, "
     "heap_tuples_scanned int8, heap_tuples_written int8, heap_blks_total int8, heap_blks_scanned int8, "
     "index_rebuild_count int8"},
    {12322, "pg_stat_progress_copy", 'v',
     "pid int4, datid oid, datname name, relid oid, command text, type text, bytes_processed int8, bytes_total "
     "int8, tuples_processed int8, tuples_excluded int8"},
    {12312, "pg_stat_progress_create_index", 'v',
     "pid int4, datid oid, datname name, relid oid, index_relid oid, command text, phase text, lockers_total int8, "
     "lockers_done int8, current_locker_pid int8, blocks_total int8, blocks_done int8, tuples_total int8, "
     "tuples_done int8, partitions_total int8, partitions_done int8"},
    {12302, "pg_stat_progress_vacuum", 'v',
     "pid int4, datid oid, datname name, relid oid, phase text, heap_blks_total int8, heap_blks_scanned int8, "
     "heap_blks_vacuumed int8, index_vacuum_count int8, max_dead_tuples int8, num_dead_tuples int8"},
    {12240, "pg_stat_recovery_prefetch", 'v',
     "stats_reset timestamptz, prefetch int8, hit int8, skip_init int8, skip_new int8, skip_fpw int8, skip_rep "
     "int8, wal_distance int4, block_distance int4, io_depth int4"},
    {12227, "pg_stat_replication", 'v',
     "pid int4, usesysid oid, usename name, application_name text, client_addr inet, client_hostname text, "
     "client_port int4, backend_start timestamptz, backend_xmin xid, state text, sent_lsn pg_lsn, write_lsn "
     "pg_lsn, flush_lsn pg_lsn, replay_lsn pg_lsn, write_lag interval, flush_lag interval, replay_lag interval, "
     "sync_priority int4, sync_state text, reply_time timestamptz"},
    {12262, "pg_stat_replication_slots", 'v',
     "slot_name text, spill_txns int8, spill_count int8, spill_bytes int8, stream_txns int8, stream_count int8, "
     "stream_bytes int8, total_txns int8, total_bytes int8, stats_reset timestamptz"},
    {12232, "pg_stat_slru", 'v',
     "name text, blks_zeroed int8, blks_hit int8, blks_read int8, blks_written int8, blks_exists int8, flushes "
     "int8, truncates int8, stats_reset timestamptz"},
    {12249, "pg_stat_ssl", 'v',
     "pid int4, ssl bool, version text, cipher text, bits int4, client_dn text, client_serial numeric, issuer_dn "
     "text"},
    {12244, "pg_stat_subscription", 'v',
     "subid oid, subname name, pid int4, relid oid, received_lsn pg_lsn, last_msg_send_time timestamptz, "
     "last_msg_receipt_time timestamptz, latest_end_lsn pg_lsn, latest_end_time timestamptz"},
    {12336, "pg_stat_subscription_stats", 'v',
     "subid oid, subname name, apply_error_count int8, sync_error_count int8, stats_reset timestamptz"},
    {12188, "pg_stat_sys_indexes", 'v',
     "relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, idx_scan int8, idx_tup_read "
     "int8, idx_tup_fetch int8"},
    {12152, "pg_stat_sys_tables", 'v',
     "relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, idx_scan int8, idx_tup_fetch "
     "int8, n_tup_ins int8, n_tup_upd int8, n_tup_del int8, n_tup_hot_upd int8, n_live_tup int8, n_dead_tup int8, "
     "n_mod_since_analyze int8, n_ins_since_vacuum int8, last_vacuum timestamptz, last_autovacuum timestamptz, "
     "last_analyze timestamptz, last_autoanalyze timestamptz, vacuum_count int8, autovacuum_count int8, "
     "analyze_count int8, autoanalyze_count int8"},
    {12275, "pg_stat_user_functions", 'v',
     "funcid oid, schemaname name, funcname name, calls int8, total_time float8, self_time float8"},
    {12192, "pg_stat_user_indexes", 'v',
     "relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, idx_scan int8, idx_tup_read "
     "int8, idx_tup_fetch int8"},
    {12161, "pg_stat_user_tables", 'v',
     "relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, idx_scan int8, idx_tup_fetch "
     "int8, n_tup_ins int8, n_tup_upd int8, n_tup_del int8, n_tup_hot_upd int8, n_live_tup int8, n_dead_tup int8, "
     "n_mod_since_analyze int8, n_ins_since_vacuum int8, last_vacuum timestamptz, last_autovacuum timestamptz, "
     "last_analyze timestamptz, last_autoanalyze timestamptz, vacuum_count int8, autovacuum_count int8, "
     "analyze_count int8, autoanalyze_count int8"},
    {12293, "pg_stat_wal", 'v',
     "wal_records int8, wal_fpi int8, wal_bytes numeric, wal_buffers_full int8, wal_write int8, wal_sync int8, "
     "wal_write_time float8, wal_sync_time float8, stats_reset timestamptz"},
    {12236, "pg_stat_wal_receiver", 'v',
     "pid int4, status text, receive_start_lsn pg_lsn, receive_start_tli int4, written_lsn pg_lsn, flushed_lsn "
     "pg_lsn, received_tli int4, last_msg_send_time timestamptz, last_msg_receipt_time timestamptz, latest_end_lsn "
     "pg_lsn, latest_end_time timestamptz, slot_name text, sender_host text, sender_port int4, conninfo text"},
    {12147, "pg_stat_xact_all_tables", 'v',
     "relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, idx_scan int8, idx_tup_fetch "
     "int8, n_tup_ins int8, n_tup_upd int8, n_tup_del int8, n_tup_hot_upd int8"},
    {12157, "pg_stat_xact_sys_tables", 'v',
     "relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, idx_scan int8, idx_tup_fetch "
     "int8, n_tup_ins int8, n_tup_upd int8, n_tup_del int8, n_tup_hot_upd int8"},
    {12280, "pg_stat_xact_user_functions", 'v',
     "funcid oid, schemaname name, funcname name, calls int8, total_time float8, self_time float8"},
    {12166, "pg_stat_xact_user_tables", 'v',
     "relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, idx_scan int8, idx_tup_fetch "
     "int8, n_tup_ins int8, n_tup_upd int8, n_tup_del int8, n_tup_hot_upd int8"},
    {12196, "pg_statio_all_indexes", 'v',
     "relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, idx_blks_read int8, "
     "idx_blks_hit int8"},
    {12209, "pg_statio_all_sequences", 'v',
     "relid oid, schemaname name, relname name, blks_read int8, blks_hit int8"},
    {12170, "pg_statio_all_tables", 'v',
     "relid oid, schemaname name, relname name, heap_blks_read int8, heap_blks_hit int8, idx_blks_read int8, "
     "idx_blks_hit int8, toast_blks_read int8, toast_blks_hit int8, tidx_blks_read int8, tidx_blks_hit int8"},
    {12201, "pg_statio_sys_indexes", 'v',
     "relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, idx_blks_read int8, "
     "idx_blks_hit int8"},
    {12214, "pg_statio_sys_sequences", 'v',
     "relid oid, schemaname name, relname name, blks_read int8, blks_hit int8"},
    {12175, "pg_statio_sys_tables", 'v',
     "relid oid, schemaname name, relname name, heap_blks_read int8, heap_blks_hit int8, idx_blks_read int8, "
     "idx_blks_hit int8, toast_blks_read int8, toast_blks_hit int8, tidx_blks_read int8, tidx_blks_hit int8"},
    {12205, "pg_statio_user_indexes", 'v',
     "relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, idx_blks_read int8, "
     "idx_blks_hit int8"},
    {12218, "pg_statio_user_sequences", 'v',
     "relid oid, schemaname name, relname name, blks_read int8, blks_hit int8"},
    {12179, "pg_statio_user_tables", 'v',
     "relid oid, schemaname name, relname name, heap_blks_read int8, heap_blks_hit int8, idx_blks_read int8, "
     "idx_blks_hit int8, toast_blks_read int8, toast_blks_hit int8, tidx_blks_read int8, tidx_blks_hit int8"},
    {12053, "pg_stats", 'v',
     "schemaname name, tablename name, attname name, inherited bool, null_frac float4, avg_width int4, n_distinct "
     "float4, most_common_vals anyarray, most_common_freqs float4[], histogram_bounds anyarray, correlation "
     "float4, most_common_elems anyarray, most_common_elem_freqs float4[], elem_count_histogram float4[]"},
    {12058, "pg_stats_ext", 'v',
     "schemaname name, tablename name, statistics_schemaname name, statistics_name name, statistics_owner name, "
     "attnames name[], exprs text[], kinds char[], inherited bool, n_distinct pg_ndistinct, dependencies "
     "pg_dependencies, most_common_vals text[], most_common_val_nulls bool[], most_common_freqs float8[], "
     "most_common_base_freqs float8[]"},
    {12063, "pg_stats_ext_exprs", 'v',
     "schemaname name, tablename name, statistics_schemaname name, statistics_name name, statistics_owner name, "
     "expr text, inherited bool, null_frac float4, avg_width int4, n_distinct float4, most_common_vals anyarray, "
     "most_common_freqs float4[], histogram_bounds anyarray, correlation float4, most_common_elems anyarray, "
     "most_common_elem_freqs float4[], elem_count_histogram float4[]"},
    {12033, "pg_tables", 'v',
     "schemaname name, tablename name, tableowner name, tablespace name, hasindexes bool, hasrules bool, "
     "hastriggers bool, rowsecurity bool"},
    {12122, "pg_timezone_abbrevs", 'v',
     "abbrev text, utc_offset interval, is_dst bool"},
    {12126, "pg_timezone_names", 'v',
     "name text, abbrev text, utc_offset interval, is_dst bool"},
    {12014, "pg_user", 'v',
     "usename name, usesysid oid, usecreatedb bool, usesuper bool, userepl bool, usebypassrls bool, passwd text, "
     "valuntil timestamptz, useconfig text[]"},
    {12327, "pg_user_mappings", 'v',
     "umid oid, srvid oid, srvname name, umuser oid, usename name, umoptions text[]"},
    {12028, "pg_views", 'v',
     "schemaname name, viewname name, viewowner name, definition text"},
});
// clang-format on

}  // namespace

std::span<const SystemRelation> system_views() {
    return kSystemViews;
}

}  // namespace smew::pgcatalog
