#include "plugins/objectives/xgb/csv.h"

#include <fmt/format.h>

#include "tuner/plugin.h"

namespace tuner::xgb {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t";

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

}  // namespace

CsvReader::CsvReader(std::istream& in, std::string source) : in_(in), source_(std::move(source)) {
  std::string start(kByteOrderMark.size(), '\0');
  in_.read(start.data(), static_cast<std::streamsize>(start.size()));
  if (start == kByteOrderMark) return;
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF"))
    throw plugin::UserMistake(fmt::format("{}: this is UTF-16 text. Save it as UTF-8", source_));
  in_.clear();
  in_.seekg(0);
}

bool CsvReader::next(CsvRecord& record) {
  std::string line;
  while (line.find_first_not_of(kBlanks) == std::string::npos) {
    if (in_.peek() == std::istream::traits_type::eof()) return false;
    line = next_line();
  }

  record.line = line_;
  record.cells.clear();
  for (std::size_t position = 0; position <= line.size(); ++position) {  // now at the start of a cell
    const std::size_t start = line.find_first_not_of(kBlanks, position);
    if (start != std::string::npos && line[start] == '"') {
      position = start + 1;
      record.cells.push_back(quoted_cell(line, position));
    } else {
      const std::size_t end = std::min(line.find(',', position), line.size());
      record.cells.push_back(trimmed(std::string_view(line).substr(position, end - position)));
      position = end;
    }
  }
  return true;
}

std::string CsvReader::next_line() {
  std::string line;
  std::getline(in_, line);
  ++line_;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.find('\0') != std::string::npos)  // would end a message that quotes it
    throw plugin::UserMistake(fmt::format(
        "{}:{}: a NUL byte stands here (UTF-16, or no text at all). Save it as UTF-8 text", source_, line_));
  if (line_ == 1 && in_.eof() && line.find('\r') != std::string::npos)
    throw plugin::UserMistake(
        fmt::format("{}: its lines end in CR alone (as on old Macs). Convert them to LF", source_));
  return line;
}

// From behind the opening quote to the comma (or end) behind the closing one. Goes on to further lines of the stream
// where the cell contains line breaks.
std::string CsvReader::quoted_cell(std::string& line, std::size_t& position) {
  const std::size_t opened = line_;
  std::string cell;
  while (true) {
    const std::size_t quote = line.find('"', position);
    cell.append(line, position, quote - position);
    if (quote == std::string::npos) {
      if (in_.peek() == std::istream::traits_type::eof())
        throw plugin::UserMistake(fmt::format("{}:{}: a quote opens a cell that is never closed", source_, opened));
      cell += '\n';
      line = next_line();
      position = 0;
    } else if (line.compare(quote, 2, "\"\"") == 0) {
      cell += '"';
      position = quote + 2;
    } else {
      position = std::min(line.find_first_not_of(kBlanks, quote + 1), line.size());
      if (position < line.size() && line[position] != ',')
        throw plugin::UserMistake(
            fmt::format("{}:{}: text follows the closing quote of a cell (a quote inside a quoted cell is written "
                        "twice)",
                        source_, line_));
      return cell;
    }
  }
}

}  // namespace tuner::xgb
