/** Runs every case against the server that PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD name. */
final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Connecting.cases();
        Types.cases();
        Statements.cases();
        Transactions.cases();
        Cancelling.cases();
        Copying.cases();
        Metadata.cases();
        Tap.plan();
    }
}
