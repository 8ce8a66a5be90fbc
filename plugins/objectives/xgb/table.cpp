#include "plugins/objectives/xgb/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "plugins/objectives/xgb/column_hint.h"
#include "plugins/objectives/xgb/csv.h"
#include "tuner/plugin.h"

namespace tuner::xgb {
namespace {

using plugin::UserMistake;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

bool is_missing(const std::string& cell) {
  const auto& markers = missing_markers();
  return std::find(markers.begin(), markers.end(), cell) != markers.end();
}

// The number that the whole cell spells, "inf" included.
std::optional<double> as_number(std::string_view cell) {
  if (cell.starts_with('+')) cell.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  if (end != cell.data() + cell.size() || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc::result_out_of_range ? std::numeric_limits<double>::infinity() : number;
}

// Takes the cells of one column in turn. The first one that is not missing decides what the column is; one of the
// other kind further down is a mistake in the file.
class ColumnReader {
 public:
  ColumnReader(const Table& table, std::string name, bool declared)
      : source_(table.source), declared_(declared), column_{.name = std::move(name), .values = {}, .categories = {}} {}

  void add(const std::string& cell, std::size_t line) {
    if (is_missing(cell)) {
      column_.values.push_back(kMissing);
      return;
    }
    const std::optional<double> number = declared_ ? std::nullopt : as_number(cell);
    if (first_line_ == 0) {
      first_line_ = line;
      first_cell_ = cell;
      column_.kind = number ? ColumnKind::numeric : ColumnKind::categorical;
    }
    if (number && column_.kind == ColumnKind::categorical) refuse(first_cell_, first_line_, cell, line);
    if (!number && column_.kind == ColumnKind::numeric) refuse(cell, line, first_cell_, first_line_);
    column_.values.push_back(number ? in_range(*number, cell, line) : code_of(cell));
  }

  Column finish() {
    sort_categories();
    return std::move(column_);
  }

 private:
  double code_of(const std::string& text) {
    const auto [position, is_new] = codes_.try_emplace(text, column_.categories.size());
    if (is_new) column_.categories.push_back(text);
    return static_cast<double>(position->second);
  }

  [[noreturn]] void refuse(const std::string& text, std::size_t text_line, const std::string& number,
                           std::size_t number_line) const {
    throw UserMistake(fmt::format(
        "{}:{}: column '{}' has the text '{}' among numbers ('{}' in line {}). Mend the cell, or declare "
        "the column with --set categorical={}; cells without a value may be {}",
        source_, text_line, column_.name, text, number, number_line, column_.name, fmt::join(missing_markers(), " ")));
  }

  // XGBoost keeps single precision and refuses infinities.
  double in_range(double number, const std::string& cell, std::size_t line) const {
    if (std::abs(number) > std::numeric_limits<float>::max())
      throw UserMistake(fmt::format("{}:{}: column '{}' has the value '{}' (XGBoost takes finite numbers up to 3.4e38)",
                                    source_, line, column_.name, cell));
    return number;
  }

  void sort_categories() {
    std::vector<std::string> sorted = column_.categories;
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> new_code(sorted.size());
    for (std::size_t i = 0; i < sorted.size(); ++i) new_code[codes_.at(sorted[i])] = static_cast<double>(i);
    if (column_.kind == ColumnKind::categorical)
      for (double& value : column_.values)
        if (!std::isnan(value)) value = new_code[static_cast<std::size_t>(value)];
    column_.categories = std::move(sorted);
  }

  std::string source_;
  bool declared_;
  Column column_;
  std::size_t first_line_ = 0;
  std::string first_cell_;
  std::unordered_map<std::string, std::size_t> codes_;
};

std::ifstream open(const std::string& path) {
  if (std::filesystem::is_directory(path))
    throw UserMistake(fmt::format("data '{}' is a folder. Give the CSV file", path));
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw UserMistake(fmt::format("data '{}' cannot be opened ({}). Looked for it from {}", path,
                                  std::generic_category().message(errno), std::filesystem::current_path().string()));
  return file;
}

void check_header(const CsvRecord& header, const std::string& source) {
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    const std::string& name = header.cells[i];
    if (name.empty())
      throw UserMistake(fmt::format("{}:{}: column {} has no name in the header", source, header.line, i + 1));
    if (!seen.insert(name).second)
      throw UserMistake(fmt::format("{}:{}: the header names column '{}' twice", source, header.line, name));
  }
  if (std::all_of(header.cells.begin(), header.cells.end(), [](const auto& name) { return as_number(name); }))
    throw UserMistake(
        fmt::format("{}:{}: the first line holds numbers, not names. Add a header line with the names of "
                    "the columns",
                    source, header.line));
  if (header.cells.size() == 1 && header.cells[0].find_first_of(";\t") != std::string::npos)
    throw UserMistake(
        fmt::format("{}:{}: the columns are not separated by commas ('{}')", source, header.line, header.cells[0]));
}

void check_declared(const std::vector<std::string>& declared, const Table& table) {
  for (const std::string& name : declared)
    if (std::none_of(table.columns.begin(), table.columns.end(), [&](const Column& c) { return c.name == name; }))
      throw UserMistake(fmt::format("option categorical names '{}', which is no column of {}.{}", name, table.source,
                                    column_hint(table, name)));
}

std::vector<ColumnReader> column_readers(const CsvRecord& header, const Table& table,
                                         const std::vector<std::string>& declared) {
  std::vector<ColumnReader> readers;
  readers.reserve(header.cells.size());
  for (const std::string& name : header.cells)
    readers.emplace_back(table, name, std::find(declared.begin(), declared.end(), name) != declared.end());
  return readers;
}

}  // namespace

const std::vector<std::string>& missing_markers() {
  static const std::vector<std::string> kMarkers = {"", "NA", "NaN", "nan", "?"};
  return kMarkers;
}

Table read_table(const std::string& path, const std::vector<std::string>& declared) {
  std::ifstream file = open(path);
  return read_table(file, path, declared);
}

Table read_table(std::istream& in, const std::string& source, const std::vector<std::string>& declared) {
  CsvReader csv(in, source);
  CsvRecord record;
  if (!csv.next(record)) throw UserMistake(fmt::format("data '{}' is empty", source));
  check_header(record, source);

  Table table{source, {}, {}};
  std::vector<ColumnReader> readers = column_readers(record, table, declared);
  while (csv.next(record)) {
    if (record.cells.size() != readers.size())
      throw UserMistake(fmt::format("{}:{}: this line has {} cells, the header has {}", source, record.line,
                                    record.cells.size(), readers.size()));
    for (std::size_t i = 0; i < readers.size(); ++i) readers[i].add(record.cells[i], record.line);
    table.lines.push_back(record.line);
  }
  if (in.bad()) throw UserMistake(fmt::format("data '{}' cannot be read to its end", source));
  if (table.rows() == 0) throw UserMistake(fmt::format("data '{}' has a header but no rows", source));

  for (ColumnReader& reader : readers) table.columns.push_back(reader.finish());
  check_declared(declared, table);
  return table;
}

}  // namespace tuner::xgb
