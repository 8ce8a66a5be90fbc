// A table of text that fits a terminal.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace tuner {

struct Column {
  enum class Align { left, right };
  std::string title;
  Align align = Align::left;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell for each column; titles and cells are escaped when they are printed.
  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Where the table is wider than `width`, long text is shortened first, then the last columns are left out. Returns
  // how many were.
  std::size_t print(std::ostream& out, std::size_t width) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tuner
