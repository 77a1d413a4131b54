package main

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

func pgxTransactions() {
	test("commits and rolls back", func() {
		connected(func(c *pgx.Conn) {
			must(c.Exec(ctx, "DROP TABLE IF EXISTS go_moved"))
			must(c.Exec(ctx, "CREATE TABLE go_moved (a int)"))
			insert := func(tx pgx.Tx) error {
				_, err := tx.Exec(ctx, "INSERT INTO go_moved VALUES (1)")
				return err
			}
			check(pgx.BeginFunc(ctx, c, insert))
			stop := errors.New("stop")
			equal(stop, pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { check(insert(tx)); return stop }))
			equal(int64(1), value[int64](c, "SELECT count(*) FROM go_moved"))
		})
	})
	test("an error fails the transaction until it is rolled back", func() {
		connected(func(c *pgx.Conn) {
			tx := must(c.Begin(ctx))
			_, err := tx.Exec(ctx, "SELECT * FROM no_such_table")
			equal("42P01", state(err))
			_, err = tx.Exec(ctx, "SELECT 1")
			equal("25P02", state(err))
			check(tx.Rollback(ctx))
			equal(int32(1), value[int32](c, "SELECT 1"))
		})
	})
	test("begins with options", func() {
		connected(func(c *pgx.Conn) {
			tx := must(c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable, AccessMode: pgx.ReadOnly}))
			_, err := tx.Exec(ctx, "CREATE TABLE go_never (a int)")
			equal("25006", state(err))
			check(tx.Rollback(ctx))
		})
	})
	test("a cursor within a transaction", func() {
		connected(func(c *pgx.Conn) {
			tx := must(c.Begin(ctx))
			must(tx.Exec(ctx, "DECLARE go_cursor CURSOR FOR SELECT i FROM generate_series(1, 1000) t(i)"))
			rows := must(tx.Query(ctx, "FETCH 97 FROM go_cursor"))
			equal(97, len(must(pgx.CollectRows(rows, pgx.RowTo[int64]))))
			check(tx.Commit(ctx))
		})
	})
	test("listens", func() {
		connected(func(listener *pgx.Conn) {
			connected(func(sender *pgx.Conn) {
				must(listener.Exec(ctx, "LISTEN go_channel"))
				must(sender.Exec(ctx, "SELECT pg_notify('go_channel', 'hello')"))
				limited, stop := context.WithTimeout(ctx, 10*time.Second)
				defer stop()
				equal("hello", must(listener.WaitForNotification(limited)).Payload)
			})
		})
	})
}

func pgxEnding() {
	test("cancels", func() {
		connected(func(c *pgx.Conn) {
			ended := make(chan error)
			go func() {
				_, err := c.Exec(ctx, long)
				ended <- err
			}()
			for {
				select {
				case err := <-ended:
					equal("57014", state(err))
					equal(int32(1), value[int32](c, "SELECT 1"))
					return
				case <-time.After(20 * time.Millisecond): // a request before the statement has begun is of no effect
					check(c.PgConn().CancelRequest(ctx))
				}
			}
		})
	})
	test("statement_timeout", func() {
		connected(func(c *pgx.Conn) {
			_, err := c.Exec(ctx, long)
			equal("57014", state(err))
		}, func(config *pgx.ConnConfig) { config.RuntimeParams["statement_timeout"] = "200" })
	})
	test("a context that ends closes the connection", func() {
		connected(func(c *pgx.Conn) {
			limited, stop := context.WithTimeout(ctx, 200*time.Millisecond)
			defer stop()
			_, err := c.Exec(limited, long)
			equal(true, errors.Is(err, context.DeadlineExceeded))
			equal(true, c.IsClosed())
		})
	})
}
