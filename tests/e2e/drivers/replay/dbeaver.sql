-- DBeaver 25: what it sends on connecting, on opening a schema and on opening a table.
-- Source of the facts: dbeaver/dbeaver, plugins/org.jkiss.dbeaver.ext.postgresql (PostgreDataSource, PostgreExecutionContext,
-- PostgreDatabase, PostgreDataTypeCache, PostgreSchema, PostgreViewBase, PostgreSessionManager).

-- # settings of the session
SET extra_float_digits = 3

-- # application name
SET application_name = 'DBeaver 25.1.5 - Main <shop>'

-- # current database
SELECT current_database()

-- # databases
-- finds: {database}
SELECT db.oid,db.* FROM pg_catalog.pg_database db WHERE 1 = 1 AND datallowconn AND NOT datistemplate
ORDER BY db.datname

-- # one database
-- binds: database
-- finds: {database}
SELECT db.oid,db.* FROM pg_catalog.pg_database db WHERE datname=$1

-- # schema and user
SELECT current_schema(),session_user

-- # search path
SHOW search_path

-- # version
-- finds: PostgreSQL
SELECT version()

-- # one setting
-- finds: standard_conforming_strings
select * from pg_catalog.pg_settings where name='standard_conforming_strings'

-- # has enumerations
SELECT * FROM pg_catalog.pg_enum WHERE 1<>1 LIMIT 1

-- # has types of rows
SELECT reltype FROM pg_catalog.pg_class WHERE 1<>1 LIMIT 1

-- # keywords
-- finds: returning
SELECT string_agg(word, ',' ) from pg_catalog.pg_get_keywords() where word <> ALL ('{a,abs,absolute,action,all,select,table,where}'::text[])

-- # schemas
-- finds: in_c_sales
SELECT n.oid,n.*,d.description FROM pg_catalog.pg_namespace n
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=n.oid AND d.objsubid=0 AND d.classoid='pg_namespace'::regclass
 ORDER BY nspname

-- # types
-- finds: timestamptz
SELECT t.oid,t.*,c.relkind,format_type(nullif(t.typbasetype, 0), t.typtypmod) as base_type_name, d.description
FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid=t.typelem
LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid=t.typrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid=d.objoid
WHERE t.typname IS NOT NULL
AND (c.relkind IS NULL OR c.relkind = 'c') AND (et.typcategory IS NULL OR et.typcategory <> 'C')

-- # a type by name
-- finds: int8
SELECT t.oid,t.*,format_type(nullif(t.typbasetype, 0), t.typtypmod) as base_type_name FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_class c ON c.oid=t.typrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid=d.objoid
WHERE t.typname='int8'

-- # roles
SELECT a.oid,a.*,pd.description FROM pg_catalog.pg_roles a
left join pg_catalog.pg_shdescription pd on a.oid = pd.objoid
ORDER BY a.rolname

-- # access methods
SELECT am.oid,am.* FROM pg_catalog.pg_am am
ORDER BY am.oid

-- # encodings
SELECT c.contoencoding as encid,pg_catalog.pg_encoding_to_char(c.contoencoding) as encname
FROM pg_catalog.pg_conversion c
GROUP BY c.contoencoding
ORDER BY 2

-- # collations
SELECT c.oid,c.* FROM pg_catalog.pg_collation c
ORDER BY c.oid

-- # languages
SELECT l.oid,l.* FROM pg_catalog.pg_language l
ORDER BY l.oid

-- # tablespaces
SELECT t.oid,t.*,pg_tablespace_location(t.oid) loc
FROM pg_catalog.pg_tablespace t
ORDER BY t.oid

-- # extensions
SELECT
 e.oid,
 cfg.tbls,
 n.nspname as schema_name,
 e.*
FROM
 pg_catalog.pg_extension e
 join pg_namespace n on n.oid =e.extnamespace
 left join (
   select ARRAY_AGG(ns.nspname || '.' ||  cls.relname) tbls, oid_ext
   from (select unnest(e1.extconfig) oid , e1.oid oid_ext from pg_catalog.pg_extension e1 ) c
   join pg_class cls on cls.oid = c.oid
   join pg_namespace ns on ns.oid = cls.relnamespace
   group by oid_ext
 ) cfg on cfg.oid_ext = e.oid
ORDER BY e.oid

-- # tables of a schema
-- binds: schema
-- finds: orders
SELECT c.oid,c.*,d.description,pg_catalog.pg_get_expr(c.relpartbound, c.oid) as partition_expr,  pg_catalog.pg_get_partkeydef(c.oid) as partition_key
FROM pg_catalog.pg_class c
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=c.oid AND d.objsubid=0 AND d.classoid='pg_class'::regclass
WHERE c.relnamespace=$1 AND c.relkind not in ('i','I','c')

-- # columns of a table
-- binds: table
-- finds: customer_id
SELECT c.relname,a.*,pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) as def_value,dsc.description,dep.objid
FROM pg_catalog.pg_attribute a
INNER JOIN pg_catalog.pg_class c ON (a.attrelid=c.oid)
LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid=ad.adrelid AND a.attnum = ad.adnum)
LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid=dsc.objoid AND a.attnum = dsc.objsubid)
LEFT OUTER JOIN pg_depend dep on dep.refobjid = a.attrelid AND dep.deptype = 'i' and dep.refobjsubid = a.attnum and dep.classid = dep.refclassid
WHERE NOT a.attisdropped AND c.relkind not in ('i','I','c') AND c.oid=$1
ORDER BY a.attnum

-- # constraints of a table
-- binds: own
-- finds: replay_own_pkey
SELECT c.oid,c.*,t.relname as tabrelname,rt.relnamespace as refnamespace,d.description, case when c.contype='c' then "substring"(pg_get_constraintdef(c.oid), 7) else null end consrc_copy
FROM pg_catalog.pg_constraint c
INNER JOIN pg_catalog.pg_class t ON t.oid=c.conrelid
LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid=c.confrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=c.oid AND d.objsubid=0 AND d.classoid='pg_constraint'::regclass
WHERE c.conrelid=$1
ORDER BY c.oid

-- # indexes of a table
-- binds: own
-- finds: replay_own_label
SELECT i.*,i.indkey as keys,c.relname,c.relnamespace,c.relam,c.reltablespace,tc.relname as tabrelname,dsc.description,pg_catalog.pg_get_expr(i.indpred, i.indrelid) as pred_expr,pg_catalog.pg_get_expr(i.indexprs, i.indrelid, true) as expr,pg_catalog.pg_relation_size(i.indexrelid) as index_rel_size,pg_catalog.pg_stat_get_numscans(i.indexrelid) as index_num_scans
FROM pg_catalog.pg_index i
INNER JOIN pg_catalog.pg_class c ON c.oid=i.indexrelid
INNER JOIN pg_catalog.pg_class tc ON tc.oid=i.indrelid
LEFT OUTER JOIN pg_catalog.pg_description dsc ON i.indexrelid=dsc.objoid
WHERE  i.indrelid=$1 ORDER BY c.relname

-- # triggers of a table
-- binds: table
SELECT x.oid,x.*,p.pronamespace as func_schema_id,d.description
FROM pg_catalog.pg_trigger x
LEFT OUTER JOIN pg_catalog.pg_proc p ON p.oid=x.tgfoid
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=x.oid AND d.objsubid=0
WHERE x.tgrelid=$1 AND NOT x.tgisinternal

-- # inheritance
-- binds: schema
SELECT i.inhrelid relid, pc.relnamespace parent_ns, pc.oid parent_oid, i.inhseqno
FROM pg_catalog.pg_inherits i, pg_class rc, pg_class pc
WHERE rc.oid=i.inhrelid AND rc.relnamespace=$1 AND pc.oid=i.inhparent

-- # sizes
-- binds: schema
select c.oid,pg_catalog.pg_total_relation_size(c.oid) as total_rel_size,pg_catalog.pg_relation_size(c.oid) as rel_size
FROM pg_class c
WHERE c.relnamespace=$1

-- # functions of a schema
-- binds: schema
SELECT p.oid as poid,p.*,pg_catalog.pg_get_expr(p.proargdefaults, 0) as arg_defaults,d.description
FROM pg_catalog.pg_proc p
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=p.oid and d.classoid='pg_proc'::regclass  AND d.objsubid = 0
WHERE p.pronamespace=$1
ORDER BY p.proname

-- # aggregates of a schema
-- binds: schema
SELECT p.oid AS proc_oid,p.proname AS proc_name,a.*
FROM pg_catalog.pg_aggregate a,pg_catalog.pg_proc p
WHERE p.oid=a.aggfnoid AND p.pronamespace=$1
ORDER BY p.proname

-- # definition of a view
-- binds: view
-- finds: replay_own
SELECT pg_get_viewdef($1, true)

-- # default privileges
-- binds: schema
SELECT * FROM pg_default_acl WHERE defaclnamespace = $1

-- # sessions
SELECT sa.* FROM pg_catalog.pg_stat_activity sa

-- # data of a table
-- finds: sent
SELECT * FROM in_c_sales.orders LIMIT 200
