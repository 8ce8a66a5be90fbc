#include "mpi_runner/commands/ledger_text.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <string>
#include <utility>

#include "mpi_runner/table.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

LedgerEntry sum_of(const std::vector<LedgerEntry>& runs) {
  LedgerEntry sum;
  for (const LedgerEntry& run : runs)
    for (const LedgerAccount& account : kLedgerAccounts) sum.*account.amount += run.*account.amount;
  return sum;
}

std::string percent(double part, double whole) {
  return part == 0 ? "-" : fmt::format("{:.2f} %", 100 * part / whole);
}

std::string core_time_text(double core_s) {
  constexpr double kHour_s = 3600;
  return core_s < kHour_s ? fmt::format("{:.1f} core-s", core_s) : fmt::format("{:.2f} core-h", core_s / kHour_s);
}

Table table_of_runs(const std::vector<LedgerEntry>& runs) {
  Table table({{"run", Column::Align::right},
               {"began"},
               {"took", Column::Align::right},
               {"cores", Column::Align::right},
               {"useful", Column::Align::right},
               {"between first and last", Column::Align::right},
               {"job"}});
  for (const LedgerEntry& run : runs)
    table.add_row({std::to_string(run.epoch.value), time_text(run.began), duration_text(run.ended - run.began),
                   number_text(run.cores), percent(run.useful, run.total()), percent(run.useful_share(), 1), run.job});
  return table;
}

// Columns: the last runs, and all together.
Table table_of_accounts(const std::vector<LedgerEntry>& runs) {
  constexpr std::size_t kMostRuns = 4;
  const std::size_t first = runs.size() - std::min(runs.size(), kMostRuns);
  std::vector<LedgerEntry> shown(runs.begin() + static_cast<std::ptrdiff_t>(first), runs.end());
  std::vector<Column> columns{{"core time"}, {"all runs", Column::Align::right}, {"", Column::Align::right}};
  for (const LedgerEntry& run : shown)
    columns.push_back({fmt::format("run {}", run.epoch.value), Column::Align::right});

  Table table(std::move(columns));
  const LedgerEntry all = sum_of(runs);
  const auto add = [&](const std::string& name, const auto& amount) {
    std::vector<std::string> cells{name, core_time_text(amount(all)), percent(amount(all), all.total())};
    for (const LedgerEntry& run : shown) cells.push_back(percent(amount(run), run.total()));
    table.add_row(std::move(cells));
  };
  for (const LedgerAccount& account : kLedgerAccounts)
    if (all.*account.amount > 0) add(account.meaning, [&](const LedgerEntry& run) { return run.*account.amount; });
  add("together", [](const LedgerEntry& run) { return run.total(); });
  return table;
}

}  // namespace

void print_ledger(std::ostream& out, const std::vector<LedgerEntry>& runs, std::size_t width) {
  if (runs.empty()) {
    fmt::print(out, "no run is recorded\n");
    return;
  }
  table_of_runs(runs).print(out, width);
  out << '\n';
  table_of_accounts(runs).print(out, width);
}

}  // namespace tuner
