// Cases for pgx, database/sql over pgx, and lib/pq, against the server that PGHOST and its like name.
package main

import "os"

func main() {
	switch os.Args[1] {
	case "pgx":
		pgxConnecting()
		pgxTypes()
		pgxStatements()
		pgxTransactions()
		pgxEnding()
	case "sql":
		databaseSQL("pgx")
		databaseSQL("postgres") // lib/pq
	}
	plan()
}
