-- DataGrip and the other JetBrains tools: introspection of a PostgreSQL data source.
-- Source of the facts: logs of PostgreSQL in datafusion-contrib/datafusion-postgres issue 165 (DataGrip 2025.2.3), crate/crate issue
-- 12086, and finos/legend-engine, TestRewriteQuery (which lists the statements DataGrip sends).

-- # digits of floats
SET extra_float_digits = 3

-- # application name
SET application_name = 'DataGrip 2025.2.3'

-- # version
-- finds: PostgreSQL
select version()

-- # database and schemas
select current_database() as a, current_schemas(false) as b

-- # isolation
SHOW TRANSACTION ISOLATION LEVEL

-- # who and where
select current_database(), current_schema(), current_user

-- # style of dates
show DateStyle

-- # start of the server
select round(extract(epoch from pg_postmaster_start_time() at time zone 'UTC')) as startup_time

-- # transaction
select case
  when pg_catalog.pg_is_in_recovery()
    then null
  else
    (pg_catalog.txid_current() % 4294967296)::varchar::bigint
  end as current_txid

-- # oldest transaction
select L.transactionid::varchar::bigint as transaction_id
from pg_catalog.pg_locks L
where L.transactionid is not null
order by pg_catalog.age(L.transactionid) desc
limit 1

-- # superuser
select usesuper
from pg_user
where usename = current_user

-- # databases
-- finds: {database}
select N.oid::bigint as id,
       datname as name,
       D.description,
       datistemplate as is_template,
       datallowconn as allow_connections,
       pg_catalog.pg_get_userbyid(N.datdba) as "owner"
from pg_catalog.pg_database N
  left join pg_catalog.pg_shdescription D on N.oid = D.objoid
order by case when datname = pg_catalog.current_database() then -1::bigint else N.oid::bigint end

-- # schemas
-- finds: in_c_sales
select N.oid::bigint as id,
       N.xmin as state_number,
       nspname as name,
       D.description,
       pg_catalog.pg_get_userbyid(N.nspowner) as "owner"
from pg_catalog.pg_namespace N
  left join pg_catalog.pg_description D on N.oid = D.objoid
order by case when nspname = pg_catalog.current_schema() then -1::bigint else N.oid::bigint end

-- # roles
select R.oid::bigint as role_id, rolname as role_name,
  rolsuper is_super, rolinherit is_inherit,
  rolcreaterole can_createrole, rolcreatedb can_createdb,
  rolcanlogin can_login, rolreplication /* false */ is_replication,
  rolconnlimit conn_limit, rolvaliduntil valid_until,
  rolbypassrls /* false */ bypass_rls, rolconfig config,
  D.description
from pg_catalog.pg_roles R
  left join pg_catalog.pg_shdescription D on D.objoid = R.oid

-- # members of roles
select member id, roleid role_id, admin_option
from pg_catalog.pg_auth_members order by id, roleid::text

-- # tablespaces
select T.oid::bigint as id, T.spcname as name,
       T.xmin as state_number, pg_catalog.pg_get_userbyid(T.spcowner) as owner,
       pg_catalog.pg_tablespace_location(T.oid) as location,
       T.spcoptions as options,
       D.description as comment
from pg_catalog.pg_tablespace T
  left join pg_catalog.pg_shdescription D on D.objoid = T.oid

-- # names of all that a schema has
-- binds: schema
-- finds: orders
select T.oid as oid, relnamespace as schemaId, pg_catalog.translate(relkind, 'rmvpfS', 'rmvrfS') as kind, relname as name
from pg_catalog.pg_class T
where relnamespace in ( $1 )
  and relkind in ('r', 'm', 'v', 'p', 'f', 'S')
union all
select T.oid, T.typnamespace, 'T', T.typname
from pg_catalog.pg_type T
  left outer join pg_catalog.pg_class C on T.typrelid = C.oid
where T.typnamespace in ( $1 )
  and ( T.typtype in ('d','e') or
        C.relkind = 'c'::"char" or
        (T.typtype = 'b' and (T.typelem = 0 OR T.typcategory <> 'A')) or
        T.typtype = 'p' and not T.typisdefined )
union all
select oid, collnamespace, 'C', collname
from pg_catalog.pg_collation
where collnamespace in ( $1 )
union all
select oid, oprnamespace, 'O', oprname
from pg_catalog.pg_operator
where oprnamespace in ( $1 )
union all
select oid, opcnamespace, 'c', opcname
from pg_catalog.pg_opclass
where opcnamespace in ( $1 )
union all
select oid, opfnamespace, 'F', opfname
from pg_catalog.pg_opfamily
where opfnamespace in ( $1 )
union all
select oid, pronamespace, case when prokind != 'a' then 'R' else 'a' end, proname
from pg_catalog.pg_proc
where pronamespace in ( $1 )
order by schemaId

-- # tables
-- binds: schema
-- finds: orders
select T.relkind as table_kind,
       T.relname as table_name,
       T.oid as table_id,
       T.xmin as table_state_number,
       false /* T.relhasoids */ as table_with_oids,
       T.reltablespace as tablespace_id,
       T.reloptions as options,
       T.relpersistence as persistence,
       (select pg_catalog.array_agg(inhparent::bigint order by inhseqno)::varchar from pg_catalog.pg_inherits where T.oid = inhrelid) as ancestors,
       (select pg_catalog.array_agg(inhrelid::bigint order by inhrelid)::varchar from pg_catalog.pg_inherits where T.oid = inhparent) as successors,
       T.relispartition as is_partition,
       pg_catalog.pg_get_partkeydef(T.oid) as partition_key,
       pg_catalog.pg_get_expr(T.relpartbound, T.oid) as partition_expression,
       T.relam am_id,
       pg_catalog.pg_get_userbyid(T.relowner) as "owner"
from pg_catalog.pg_class T
where relnamespace = $1::oid
  and relkind in ('r', 'm', 'v', 'f', 'p')
order by table_kind, table_id

-- # columns
-- binds: schema
-- finds: customer_id
with T as ( select distinct T.oid as table_id, T.relname as table_name
            from pg_catalog.pg_class T, pg_catalog.pg_attribute A
            where T.relnamespace = $1::oid
              and T.relkind in ('r', 'm', 'v', 'f', 'p')
              and A.attrelid = T.oid )
select T.table_id,
       C.attnum as column_position,
       C.attname as column_name,
       C.xmin as column_state_number,
       C.atttypmod as type_mod,
       C.attndims as dimensions_number,
       pg_catalog.format_type(C.atttypid, C.atttypmod) as type_spec,
       C.atttypid as type_id,
       C.attnotnull as mandatory,
       pg_catalog.pg_get_expr(D.adbin, T.table_id) as column_default_expression,
       not C.attislocal as column_is_inherited,
       C.attfdwoptions as options,
       C.attisdropped as column_is_dropped,
       C.attidentity as identity_kind,
       C.attgenerated as generated
from T
  join pg_catalog.pg_attribute C on T.table_id = C.attrelid
  left join pg_catalog.pg_attrdef D on (C.attrelid, C.attnum) = (D.adrelid, D.adnum)
where attnum > 0
order by table_id, attnum

-- # indexes
-- binds: public
-- finds: replay_own_label
select tab.oid               table_id,
       tab.relkind           table_kind,
       ind_stor.relname      index_name,
       ind_head.indexrelid   index_id,
       ind_stor.xmin         state_number,
       ind_head.indisunique  is_unique,
       ind_head.indisprimary is_primary,
       pg_catalog.pg_get_expr(ind_head.indpred, ind_head.indrelid) as condition,
       ind_stor.reltablespace tablespace_id,
       ind_stor.relam as access_method_id
from pg_catalog.pg_class tab
  join pg_catalog.pg_index ind_head on ind_head.indrelid = tab.oid
  join pg_catalog.pg_class ind_stor on tab.relnamespace = ind_stor.relnamespace and ind_stor.oid = ind_head.indexrelid
where tab.relnamespace = $1::oid
  and tab.relkind in ('r', 'm', 'v', 'p')
  and ind_stor.relkind in ('i', 'I')

-- # constraints
-- binds: public
-- finds: replay_own_pkey
select T.oid table_id,
       relkind table_kind,
       C.oid::bigint con_id,
       C.xmin as con_state_id,
       conname con_name,
       contype con_kind,
       conkey con_columns,
       conindid index_id,
       confrelid ref_table_id,
       condeferrable is_deferrable,
       condeferred is_init_deferred,
       confupdtype on_update,
       confdeltype on_delete,
       connoinherit no_inherit,
       pg_catalog.pg_get_expr(conbin, T.oid) con_expression,
       confkey ref_columns
from pg_catalog.pg_constraint C
  join pg_catalog.pg_class T on C.conrelid = T.oid
where relkind in ('r', 'v', 'f', 'p')
  and relnamespace = $1::oid
  and contype in ('p', 'u', 'f', 'c', 'x')
  and connamespace = $1::oid

-- # views
-- binds: public
-- finds: replay_view
select T.relkind as view_kind,
       T.oid as view_id,
       T.relname as view_name,
       pg_catalog.pg_get_viewdef(T.oid, true) as source_text
from pg_catalog.pg_class T
  join pg_catalog.pg_namespace N on T.relnamespace = N.oid
where N.oid = $1::oid
  and T.relkind in ('m','v')

-- # comments
-- binds: schema
select D.objoid id, C.relkind::"char" as kind, D.objsubid sub_id, D.description
from pg_catalog.pg_description D
  join pg_catalog.pg_class C on D.objoid = C.oid
where C.relnamespace = $1::oid and C.relkind != 'c' and D.classoid = 'pg_catalog.pg_class'::regclass

-- # languages
select l.oid as id, l.xmin state_number, lanname as name, lanpltrusted as trusted,
       h.proname as handler, hs.nspname as handlerSchema,
       i.proname as inline, isc.nspname as inlineSchema,
       v.proname as validator, vs.nspname as validatorSchema
from pg_catalog.pg_language l
  left join pg_catalog.pg_proc h on h.oid = lanplcallfoid
  left join pg_catalog.pg_namespace hs on hs.oid = h.pronamespace
  left join pg_catalog.pg_proc i on i.oid = laninline
  left join pg_catalog.pg_namespace isc on isc.oid = i.pronamespace
  left join pg_catalog.pg_proc v on v.oid = lanvalidator
  left join pg_catalog.pg_namespace vs on vs.oid = v.pronamespace
order by lanname

-- # privileges
select T.oid as object_id,
       T.datacl as acl
from pg_catalog.pg_database T
union all
select T.oid as object_id,
       T.nspacl as acl
from pg_catalog.pg_namespace T
