# Cases for R's DBI with RPostgreSQL, against the server that PGHOST and its like name. (RPostgres is not in Debian 12.)
suppressMessages(library(RPostgreSQL))

count <- 0
test <- function(name, body) {
  count <<- count + 1
  failure <- tryCatch({ force(body); NULL }, error = function(e) conditionMessage(e))
  cat(if (is.null(failure)) "ok" else "not ok", count, "-", name, "\n")
  if (!is.null(failure)) cat("#", gsub("\n", " ", failure), "\n")
}
same <- function(expected, actual) {
  if (!isTRUE(all.equal(expected, actual, check.attributes = FALSE))) stop("expected ", deparse(expected), ", got ", deparse(actual))
}
connected <- function(password = Sys.getenv("PGPASSWORD")) {
  dbConnect(PostgreSQL(), host = Sys.getenv("PGHOST"), port = as.integer(Sys.getenv("PGPORT")), dbname = Sys.getenv("PGDATABASE"),
            user = Sys.getenv("PGUSER"), password = password)
}

test("refuses a wrong password", same(TRUE, inherits(try(connected("wrong"), silent = TRUE), "try-error")))
db <- connected()
test("connects", same(1L, dbGetQuery(db, "SELECT 1 AS n")$n))
test("types become R's", {
  row <- dbGetQuery(db, "SELECT true AS b, 7 AS i, 2.5::float8 AS f, 1.25::numeric(6,2) AS n, 'ž' AS t, DATE '2024-02-29' AS d,
                                TIMESTAMP '2024-02-29 12:34:56' AS ts, NULL::int AS nothing")
  same(c("logical", "integer", "numeric", "numeric", "character", "Date", "POSIXct", "integer"), vapply(row, function(x) class(x)[1], ""))
  same(as.Date("2024-02-29"), row$d)
  same(TRUE, is.na(row$nothing))
})
test("parameters", same(42L, dbGetQuery(db, "SELECT $1::int + 1 AS n", list(41))$n))
test("lists tables", same(TRUE, all(c("customers", "orders") %in% dbListTables(db))))
test("a table exists", same(TRUE, dbExistsTable(db, c("in_c_sales", "orders"))))
test("reads a table", same(c(50L, 3L), dim(dbReadTable(db, c("in_c_sales", "customers")))))
test("writes and appends a data frame (by COPY)", {
  if (dbExistsTable(db, "r_frame")) dbRemoveTable(db, "r_frame")
  frame <- data.frame(id = 1:100, score = (1:100) / 3, label = c("a", NA), ok = c(TRUE, FALSE), stringsAsFactors = FALSE)
  same(TRUE, dbWriteTable(db, "r_frame", frame, row.names = FALSE))
  same(TRUE, dbWriteTable(db, "r_frame", frame, row.names = FALSE, append = TRUE))
  same(c(200, 100), as.numeric(dbGetQuery(db, "SELECT count(*) AS n, count(label) AS m FROM r_frame")[1, ]))
  same(frame$score, dbGetQuery(db, "SELECT score FROM r_frame ORDER BY id LIMIT 200")$score[seq(1, 200, 2)])
})
test("lists fields", same(c("id", "score", "label", "ok"), dbListFields(db, "r_frame")))
test("fetches in portions", {
  result <- dbSendQuery(db, "SELECT i FROM generate_series(1, 1000) t(i)")
  same(300L, nrow(fetch(result, n = 300)))
  same(700L, nrow(fetch(result, n = -1)))
  invisible(dbClearResult(result))
})
test("describes columns", same(c("id", "status"), dbColumnInfo(dbSendQuery(db, "SELECT id, status FROM in_c_sales.orders LIMIT 0"))$name))
test("a transaction", {
  for (open in dbListResults(db)) dbClearResult(open)
  dbBegin(db)
  dbExecute(db, "DELETE FROM r_frame")
  dbRollback(db)
  same(200, as.numeric(dbGetQuery(db, "SELECT count(*) AS n FROM r_frame")$n))
})
test("an error leaves the connection usable", {
  same(TRUE, is.null(suppressWarnings(dbGetQuery(db, "SELECT * FROM no_such_table")))) # a warning and nothing
  same(1L, dbGetQuery(db, "SELECT 1 AS n")$n)
})
test("removes a table", same(TRUE, dbRemoveTable(db, "r_frame")))
cat("1..", count, "\n", sep = "")
