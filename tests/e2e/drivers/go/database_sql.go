package main

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
)

// databaseSQL runs the cases of Go's database/sql by one driver.
func databaseSQL(driver string) {
	database := must(sql.Open(driver, "sslmode=disable"))
	defer database.Close()
	named := func(name string, body func()) { test(driver+": "+name, body) }
	named("connects", func() { check(database.PingContext(ctx)) })
	named("refuses a wrong password", func() {
		wrong := must(sql.Open(driver, "sslmode=require password=wrong"))
		defer wrong.Close()
		equal(true, strings.Contains(errorText(wrong.PingContext(ctx)), "28P01") ||
			strings.Contains(errorText(wrong.PingContext(ctx)), "password authentication failed"))
	})
	named("scans values and NULL", func() { scansValues(database) })
	named("a prepared statement runs many times", func() {
		statement := must(database.PrepareContext(ctx, "SELECT $1::int + 1"))
		defer statement.Close()
		for n := range 10 {
			var got int
			check(statement.QueryRowContext(ctx, n).Scan(&got))
			equal(n+1, got)
		}
	})
	named("columns tell their types", func() {
		rows := must(database.QueryContext(ctx, "SELECT id, amount, order_date FROM in_c_sales.orders LIMIT 1"))
		defer rows.Close()
		names := []string{}
		for _, column := range must(rows.ColumnTypes()) {
			names = append(names, column.Name()+" "+column.DatabaseTypeName())
		}
		equal([]string{"id INT8", "amount FLOAT8", "order_date DATE"}, names)
	})
	named("commits and rolls back", func() { commits(database, "go_"+driver) })
}

func scansValues(database *sql.DB) {
	var number sql.NullInt64
	var text string
	var bytes []byte
	var point time.Time
	query := "SELECT NULL::bigint, $1::text, $2::bytea, $3::timestamptz"
	at := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	check(database.QueryRowContext(ctx, query, "ž'", []byte{0, 255}, at).Scan(&number, &text, &bytes, &point))
	equal(fmt.Sprint(false, "ž'", []byte{0, 255}, at), fmt.Sprint(number.Valid, text, bytes, point.UTC()))
}

func commits(database *sql.DB, table string) {
	must(database.ExecContext(ctx, "DROP TABLE IF EXISTS "+table))
	must(database.ExecContext(ctx, "CREATE TABLE "+table+" (a int)"))
	for _, end := range []func(*sql.Tx) error{(*sql.Tx).Commit, (*sql.Tx).Rollback} {
		tx := must(database.BeginTx(ctx, nil))
		equal(int64(1), must(must(tx.ExecContext(ctx, "INSERT INTO "+table+" VALUES ($1)", 1)).RowsAffected()))
		check(end(tx))
	}
	var count int
	check(database.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&count))
	equal(1, count)
}
