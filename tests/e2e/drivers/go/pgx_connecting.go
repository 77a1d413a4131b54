package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

var ctx = context.Background()

// long would run for hours.
const long = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a % 7 = b % 11"

func pgxConfig(changes ...func(*pgx.ConnConfig)) *pgx.ConnConfig {
	config := must(pgx.ParseConfig("sslmode=disable"))
	for _, change := range changes {
		change(config)
	}
	return config
}

// encrypted asks for TLS and trusts the server's certificate alone.
func encrypted(config *pgx.ConnConfig) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(os.Getenv("TEST_CA"))))
	config.TLSConfig = &tls.Config{RootCAs: roots, ServerName: config.Host}
}

func connected(work func(*pgx.Conn), changes ...func(*pgx.ConnConfig)) {
	connection := must(pgx.ConnectConfig(ctx, pgxConfig(changes...)))
	defer connection.Close(ctx)
	work(connection)
}

func value[T any](connection interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}, sql string, arguments ...any) T {
	var result T
	check(connection.QueryRow(ctx, sql, arguments...).Scan(&result))
	return result
}

// state is the SQLSTATE of an error of the server.
func state(err error) string {
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return server.Code
	}
	panic(failure("no error of the server: " + errorText(err)))
}

func errorText(err error) string {
	if err == nil {
		return "success"
	}
	return err.Error()
}

func pgxConnecting() {
	plain := func(*pgx.ConnConfig) {}
	wrong := func(config *pgx.ConnConfig) { config.Password = "wrong" }
	for i, security := range []func(*pgx.ConnConfig){plain, encrypted} {
		how := []string{"plain", "TLS"}[i]
		test("connects by "+how, func() {
			connected(func(c *pgx.Conn) { equal(int32(1), value[int32](c, "SELECT 1")) }, security)
		})
		test("refuses a wrong password by "+how, func() {
			_, err := pgx.ConnectConfig(ctx, pgxConfig(security, wrong))
			equal("28P01", state(err))
		})
	}
	test("refuses an unknown database", func() {
		_, err := pgx.ConnectConfig(ctx, pgxConfig(func(config *pgx.ConnConfig) { config.Database = "nowhere" }))
		equal("3D000", state(err))
	})
	test("takes settings at the start", func() {
		settings := func(config *pgx.ConnConfig) {
			config.RuntimeParams = map[string]string{"application_name": "go cases", "statement_timeout": "54321"}
		}
		connected(func(c *pgx.Conn) {
			equal("54321ms", value[string](c, "SHOW statement_timeout"))
			equal("go cases", value[string](c, "SHOW application_name"))
		}, settings)
	})
	test("a pool serves many at once", func() {
		pool := must(pgxpool.New(ctx, "sslmode=disable pool_max_conns=4"))
		defer pool.Close()
		answers := make(chan int32, 20)
		for n := range int32(20) {
			go func() {
				var got int32
				if pool.QueryRow(ctx, "SELECT $1::int", n).Scan(&got) == nil {
					answers <- got
				} else {
					answers <- -1000
				}
			}()
		}
		sum := int32(0)
		for range 20 {
			sum += <-answers
		}
		equal(int32(190), sum)
	})
}
