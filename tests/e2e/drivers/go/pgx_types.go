package main

import (
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// sample is a literal of a type and what pgx makes of it.
type sample struct {
	sqlType, literal string
	expected         any
}

func numeric(digits string, exponent int32) pgtype.Numeric {
	number, _ := new(big.Int).SetString(digits, 10)
	return pgtype.Numeric{Int: number, Exp: exponent, Valid: true}
}

var samples = []sample{
	{"boolean", "true", true},
	{"smallint", "-32768", int16(math.MinInt16)},
	{"integer", "2147483647", int32(math.MaxInt32)},
	{"bigint", "-9223372036854775808", int64(math.MinInt64)},
	{"bigint", "9223372036854775807", int64(math.MaxInt64)},
	{"real", "3.4028235e38", float32(math.MaxFloat32)},
	{"double precision", "0.1", 0.1},
	{"double precision", "-Infinity", math.Inf(-1)},
	{"numeric(10,2)", "-12345678.90", numeric("-1234567890", -2)},
	{"numeric(38,0)", strings.Repeat("9", 38), numeric(strings.Repeat("9", 38), 0)},
	{"text", "", ""},
	{"text", "Žluťoučký 🦆 \\ \"q\" 'x'", "Žluťoučký 🦆 \\ \"q\" 'x'"},
	{"varchar", "x", "x"},
	{"bytea", "\\x00ff5c27", []byte{0, 255, 0x5c, 0x27}},
	{"bytea", "\\x", []byte{}},
	{"date", "2024-02-29", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
	{"date", "0001-01-01", time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)},
	{"date", "infinity", pgtype.Infinity},
	{"time", "23:59:59.999999", pgtype.Time{Microseconds: 86_399_999_999, Valid: true}},
	{"timestamp", "2024-02-29 12:34:56.789012", time.Date(2024, 2, 29, 12, 34, 56, 789012000, time.UTC)},
	{"timestamp", "-infinity", pgtype.NegativeInfinity},
	{"timestamptz", "2024-02-29 12:34:56+02", time.Date(2024, 2, 29, 10, 34, 56, 0, time.UTC)},
	{"interval", "1 year 2 mons -3 days 04:05:06.789", pgtype.Interval{Months: 14, Days: -3, Microseconds: 14_706_789_000, Valid: true}},
	{"uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", [16]byte{0xa0, 0xee, 0xbc, 0x99, 0x9c, 0x0b, 0x4e, 0xf8, 0xbb, 0x6d, 0x6b, 0xb9, 0xbd, 0x38, 0x0a, 0x11}},
	{"json", `{"a": [1, null]}`, map[string]any{"a": []any{1.0, nil}}},
	{"integer[]", "{1,NULL,-3}", []any{int32(1), nil, int32(-3)}},
	{"text[]", `{a,"","b\"c",NULL}`, []any{"a", "", `b"c`, nil}},
	{"double precision[]", "{1.5,-0.25}", []any{1.5, -0.25}},
}

func pgxTypes() {
	// Statements cached (results in binary), described before each execution, and written into the text of a simple query.
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeSimpleProtocol} {
		for _, s := range samples {
			test(fmt.Sprintf("%s: %s '%.20s'", mode, s.sqlType, s.literal), func() {
				connected(func(c *pgx.Conn) { readAndWrite(c, s) }, func(config *pgx.ConnConfig) { config.DefaultQueryExecMode = mode })
			})
		}
	}
	test("a type that has to be looked up", func() {
		connected(func(c *pgx.Conn) {
			loaded := must(c.LoadType(ctx, "_text"))
			equal("_text", loaded.Name)
			equal(uint32(pgtype.TextArrayOID), loaded.OID)
		})
	})
	test("addresses travel as text", func() {
		connected(func(c *pgx.Conn) {
			equal("192.0.2.1", value[string](c, "SELECT $1::text", netip.MustParseAddr("192.0.2.1").String()))
		})
	})
	test("rows into structs", func() {
		type order struct {
			ID     int64
			Status string
		}
		connected(func(c *pgx.Conn) {
			rows := must(c.Query(ctx, "SELECT id, status FROM in_c_sales.orders WHERE id <= 2 ORDER BY id"))
			equal([]order{{1, "paid"}, {2, "sent"}}, must(pgx.CollectRows(rows, pgx.RowToStructByPos[order])))
		})
	})
}

func readAndWrite(c *pgx.Conn, s sample) {
	quoted := strings.ReplaceAll(s.literal, "'", "''")
	rows := must(c.Query(ctx, fmt.Sprintf("SELECT '%s'::%s AS v, NULL::%s AS nothing", quoted, s.sqlType, s.sqlType)))
	row := must(pgx.CollectExactlyOneRow(rows, pgx.RowToMap))
	equal(map[string]any{"v": s.expected, "nothing": nil}, utc(row))
	argument := s.expected
	if s.sqlType == "json" || c.Config().DefaultQueryExecMode == pgx.QueryExecModeSimpleProtocol {
		argument = s.literal // without a described parameter pgx cannot tell how to write most types
	}
	rows = must(c.Query(ctx, fmt.Sprintf("SELECT $1::%s AS v, $2::%s AS nothing", s.sqlType, s.sqlType), argument, nil))
	row = must(pgx.CollectExactlyOneRow(rows, pgx.RowToMap))
	equal(map[string]any{"v": s.expected, "nothing": nil}, utc(row))
}

// utc puts points in time into one zone: equal ones compare as different otherwise.
func utc(row map[string]any) map[string]any {
	if point, is := row["v"].(time.Time); is {
		row["v"] = point.UTC()
	}
	return row
}
