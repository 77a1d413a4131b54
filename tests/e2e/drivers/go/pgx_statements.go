package main

import (
	"bytes"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func pgxStatements() {
	test("a prepared statement runs many times", func() {
		connected(func(c *pgx.Conn) {
			must(c.Prepare(ctx, "plus", "SELECT $1::int + 1"))
			for n := range int32(10) {
				equal(n+1, value[int32](c, "plus", n))
			}
			check(c.Deallocate(ctx, "plus"))
		})
	})
	test("a parameter takes its type from where it stands", func() {
		connected(func(c *pgx.Conn) {
			equal(int32(15), value[int32](c, "SELECT $1 + 10", 5))
			equal(int64(7), value[int64](c, "SELECT count(*) FROM in_c_sales.orders WHERE id <= $1", 7))
			rows := must(c.Query(ctx, "SELECT i FROM generate_series(1, 9) t(i) WHERE i = ANY($1) ORDER BY i", []int32{2, 5, 77}))
			equal([]int32{2, 5}, must(pgx.CollectRows(rows, pgx.RowTo[int32])))
		})
	})
	test("a batch", func() { connected(runsBatch) })
	test("a failing batch tells which statement", func() { connected(failsInBatch) })
	test("a pipeline", func() { connected(pipelines) })
	test("copies rows in by binary COPY", func() { connected(copiesFrom) })
	test("copies text out and in", func() { connected(copiesText) })
	test("errors tell SQLSTATE and position", func() {
		connected(func(c *pgx.Conn) {
			_, err := c.Exec(ctx, "SELECT 1 FROM no_such_table")
			equal("42P01", state(err))
			equal(int32(15), err.(*pgconn.PgError).Position)
			equal(int32(1), value[int32](c, "SELECT 1"))
		})
	})
}

func runsBatch(c *pgx.Conn) {
	must(c.Exec(ctx, "DROP TABLE IF EXISTS go_batch"))
	must(c.Exec(ctx, "CREATE TABLE go_batch (a int, b text)"))
	batch := &pgx.Batch{}
	for n := range 200 {
		batch.Queue("INSERT INTO go_batch VALUES ($1, $2)", n, strings.Repeat("x", n%5))
	}
	batch.Queue("SELECT count(*), sum(a) FROM go_batch")
	results := c.SendBatch(ctx, batch)
	for range 200 {
		equal(int64(1), must(results.Exec()).RowsAffected())
	}
	var count, sum int64
	check(results.QueryRow().Scan(&count, &sum))
	check(results.Close())
	equal([]int64{200, 19900}, []int64{count, sum})
}

func failsInBatch(c *pgx.Conn) {
	batch := &pgx.Batch{}
	batch.Queue("SELECT 1")
	batch.Queue("SELECT $1::text::int", "x")
	batch.Queue("SELECT 2")
	results := c.SendBatch(ctx, batch)
	_, first := results.Exec()
	check(first)
	_, second := results.Exec()
	equal("22P02", state(second))
	results.Close()
	equal(int32(1), value[int32](c, "SELECT 1"))
}

func pipelines(c *pgx.Conn) {
	pipeline := c.PgConn().StartPipeline(ctx)
	for range 3 {
		pipeline.SendQueryParams("SELECT $1::int * 2", [][]byte{[]byte("21")}, nil, nil, nil)
	}
	check(pipeline.Sync())
	for range 3 {
		reader := must(pipeline.GetResults()).(*pgconn.ResultReader)
		equal("42", string(reader.Read().Rows[0][0]))
	}
	_ = must(pipeline.GetResults()).(*pgconn.PipelineSync)
	check(pipeline.Close())
}

func copiesFrom(c *pgx.Conn) {
	must(c.Exec(ctx, "DROP TABLE IF EXISTS go_copied"))
	must(c.Exec(ctx, "CREATE TABLE go_copied (a int, b text, c double precision)"))
	source := pgx.CopyFromSlice(3000, func(n int) ([]any, error) {
		if n%3 == 0 {
			return []any{n, nil, 0.5}, nil
		}
		return []any{n, "row", float64(n)}, nil
	})
	equal(int64(3000), must(c.CopyFrom(ctx, pgx.Identifier{"go_copied"}, []string{"a", "b", "c"}, source)))
	equal(int64(2000), value[int64](c, "SELECT count(b) FROM go_copied"))
	bad := pgx.CopyFromRows([][]any{{1, "one", 1.0}, {"not a number", "two", 2.0}})
	_, err := c.CopyFrom(ctx, pgx.Identifier{"go_copied"}, []string{"a", "b", "c"}, bad)
	equal(true, err != nil)
	equal(int64(3000), value[int64](c, "SELECT count(*) FROM go_copied"))
}

func copiesText(c *pgx.Conn) {
	must(c.Exec(ctx, "DROP TABLE IF EXISTS go_text"))
	must(c.Exec(ctx, "CREATE TABLE go_text (a int, b text)"))
	tag := must(c.PgConn().CopyFrom(ctx, strings.NewReader("1,one\n2,\n"), "COPY go_text FROM STDIN (FORMAT csv)"))
	equal(int64(2), tag.RowsAffected())
	var out bytes.Buffer
	must(c.PgConn().CopyTo(ctx, &out, "COPY (SELECT * FROM go_text ORDER BY a) TO STDOUT"))
	equal("1\tone\n2\t\\N\n", out.String())
	_, err := c.PgConn().CopyFrom(ctx, strings.NewReader("x,one\n"), "COPY go_text FROM STDIN (FORMAT csv)")
	equal("22P02", state(err))
}
