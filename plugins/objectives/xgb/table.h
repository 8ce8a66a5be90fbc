// A CSV file as typed columns.
#pragma once

#include <istream>
#include <string>
#include <vector>

namespace tuner::xgb {

enum class ColumnKind { numeric, categorical };

struct Column {
  std::string name;
  ColumnKind kind = ColumnKind::numeric;
  std::vector<double> values;           // one a row: the number, or the position in `categories`; NaN = missing
  std::vector<std::string> categories;  // sorted, so that codes do not depend on the order of the rows
};

struct Table {
  std::string source;
  std::vector<Column> columns;
  std::vector<std::size_t> lines;  // of each row, for messages

  std::size_t rows() const { return lines.size(); }
};

// The texts that mean "no value".
const std::vector<std::string>& missing_markers();

// Reads a file whose first record is the header. A column is categorical if `declared` names it, or if none of its
// cells is a number. Throws plugin::UserMistake with line and column.
Table read_table(const std::string& path, const std::vector<std::string>& declared);
// The same from a stream that messages call `source`.
Table read_table(std::istream& in, const std::string& source, const std::vector<std::string>& declared);

}  // namespace tuner::xgb
