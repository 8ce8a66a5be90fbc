#include "mpi_runner/table.h"

#include <algorithm>
#include <numeric>
#include <ostream>

#include "mpi_runner/text.h"

namespace tuner {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastTextWidth = 12;  // text shortened further tells nothing

using Cells = std::vector<std::string>;

std::vector<std::size_t> widths_of(const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Cells& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  return widths;
}

std::size_t total(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
}

// Takes what is too much from the text columns, from the widest first.
void shorten_text(std::vector<std::size_t>& widths, const std::vector<Column>& columns, std::size_t width) {
  while (total(widths) > width) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (columns[i].align == Column::Align::left && widths[i] > kLeastTextWidth &&
          (widest == nullptr || widths[i] > *widest))
        widest = &widths[i];
    if (widest == nullptr) return;
    --*widest;
  }
}

void print_row(std::ostream& out, const Cells& row, const std::vector<Column>& columns,
               const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::string cell = shortened(row[i], widths[i]);
    const std::string padding(widths[i] - display_width(cell), ' ');
    if (i > 0) line.append(kGap, ' ');
    line += columns[i].align == Column::Align::right ? padding + cell : cell + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

}  // namespace

std::size_t Table::print(std::ostream& out, std::size_t width) const {
  std::vector<Cells> rows(1);
  for (const Column& column : columns_) rows[0].push_back(escaped(column.title));
  for (const Cells& cells : rows_) {
    rows.emplace_back();
    std::transform(cells.begin(), cells.end(), std::back_inserter(rows.back()),
                   [](const std::string& cell) { return escaped(cell); });
  }
  std::vector<std::size_t> widths = widths_of(rows);
  shorten_text(widths, columns_, width);
  while (widths.size() > 1 && total(widths) > width) widths.pop_back();
  for (const Cells& row : rows) print_row(out, row, columns_, widths);
  return columns_.size() - widths.size();
}

}  // namespace tuner
