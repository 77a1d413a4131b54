// FileStream: DuckDB's own writers (Parquet, JSON) write into a pipe, in a thread of the stream's own. The session's
// thread cannot run the query and take its bytes: a writer that waits for it may hold the lock that it would wait for.
#include "engine/connection.hpp"
#include "engine/copy.hpp"
#include "engine/errors.hpp"
#include "engine/file_pipe.hpp"
#include "engine/helper_threads.hpp"

#include <duckdb/main/prepared_statement.hpp>
#include <duckdb/parser/parsed_data/copy_info.hpp>
#include <duckdb/parser/statement/copy_statement.hpp>
#include <duckdb/parser/statement/select_statement.hpp>

#include <thread>

namespace smew::engine {
namespace {

duckdb::unique_ptr<duckdb::SQLStatement> copy_of(duckdb::SelectStatement& query, const FileFormat& format,
                                                 const std::string& path) {
    auto copy = duckdb::make_uniq<duckdb::CopyStatement>();
    copy->info->select_statement = std::move(query.node);
    copy->info->is_from = false;
    copy->info->file_path = path;
    copy->info->format = format.name;
    copy->info->is_format_auto_detected = false;
    copy->info->options["use_tmp_file"] = {duckdb::Value::BOOLEAN(false)};
    for (const FileFormat::Option& option : format.options)
        copy->info->options[option.name] = {duckdb::Value(option.value)};
    return copy;
}

class PipedFile final : public FileStream {
public:
    struct Parts {
        duckdb::shared_ptr<duckdb::ClientContext> context;
        duckdb::shared_ptr<SessionState> session;
        std::shared_ptr<FilePipes> pipes;
        std::string path;
        std::shared_ptr<FilePipe> pipe;
        duckdb::unique_ptr<duckdb::PreparedStatement> copy;
        HelperThreads::Help help;
    };

    explicit PipedFile(Parts parts) : parts_(std::move(parts)), writer_([this] { write(); }) {}

    ~PipedFile() override {
        parts_.pipe->close();
        // Without it DuckDB would run the query to its end before it writes again.
        if (!ended_) parts_.context->Interrupt();
        writer_.join();
        parts_.pipes->remove(parts_.path);
    }

    Result<std::optional<ByteSpan>> next() override {
        if (parts_.pipe->read(bytes_)) return std::optional(ByteSpan(bytes_));
        ended_ = true;
        if (error_) return *error_;
        return std::optional<ByteSpan>();
    }
    std::uint64_t rows() const override { return rows_; }

private:
    void write() {
        try {
            duckdb::vector<duckdb::Value> none;
            const auto result = parts_.copy->Execute(none, false);
            if (result->HasError()) {
                error_ = failure(to_error(result->GetErrorObject()));
            } else if (const auto chunk = result->Fetch(); chunk && chunk->size() > 0) {
                rows_ = chunk->GetValue(0, 0).GetValue<std::uint64_t>();
            }
        } catch (const std::exception& exception) {
            error_ = failure(to_error(exception));
        }
        parts_.pipe->end();
    }

    Error failure(Error error) const {
        const CancelReason reason = parts_.session->reason();
        return reason != CancelReason::kNone ? error_for(reason) : error;
    }

    const Parts parts_;
    std::vector<std::uint8_t> bytes_;
    bool ended_ = false;
    // The writer's, until it has ended the pipe.
    std::optional<Error> error_;
    std::uint64_t rows_ = 0;
    std::thread writer_;
};

}  // namespace

Result<std::unique_ptr<FileStream>> GatedConnection::write_file(std::unique_ptr<Statement> query,
                                                                const FileFormat& format) {
    auto& parts = static_cast<ParsedStatement&>(*query).parts();
    if (parts.parameter_count > 0) return Error{sqlstate::kUndefinedParameter, "there is no parameter $1"};
    const auto pipe = std::make_shared<FilePipe>();
    const std::string path = instance_.pipes->add(pipe);
    try {
        if (auto applied = apply_path(parts); !applied) return applied.error();
        const SessionState::FileTarget target(*session_, path);
        auto copy = connection_.Prepare(copy_of(parts.tree->Cast<duckdb::SelectStatement>(), format, path));
        if (copy->HasError()) {
            instance_.pipes->remove(path);
            return parts.sql->error(copy->GetErrorObject());
        }
        return std::unique_ptr<FileStream>(
            std::make_unique<PipedFile>(PipedFile::Parts{connection_.context, session_, instance_.pipes, path, pipe,
                                                         std::move(copy), HelperThreads::Help(context_)}));
    } catch (const std::exception& exception) {
        instance_.pipes->remove(path);
        if (session_->reason() != CancelReason::kNone) return error_for(session_->reason());
        return parts.sql->error(exception);
    }
}

}  // namespace smew::engine
