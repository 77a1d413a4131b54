#pragma once
// One writer a table: loads and schema changes of one table wait for each other, so that nothing is computed on a
// version that is replaced in the meantime. Entries live only while somebody holds or awaits them.

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace smew::http {

class TableLocks {
public:
    class Hold {
    public:
        Hold(TableLocks& locks, std::string name);
        ~Hold();
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;

    private:
        TableLocks& locks_;
        std::string name_;
        std::shared_ptr<std::mutex> mutex_;  // shared with those who wait for the same table
    };

    std::size_t size() const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<std::mutex>> tables_;
};

}  // namespace smew::http
