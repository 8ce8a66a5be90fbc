// Splits a CSV stream (RFC 4180) into records, keeping the line on which each begins.
//
// Own code because no library in Debian fits: boost::escaped_list_separator reads a backslash as an escape and knows
// no doubled quotes, libcsv hides line numbers, fast-cpp-csv-parser wants the columns at compile time.
#pragma once

#include <istream>
#include <string>
#include <vector>

namespace tuner::xgb {

struct CsvRecord {
  std::size_t line = 0;  // from 1
  std::vector<std::string> cells;
};

// Takes LF and CRLF, skips a byte order mark and blank lines. Unquoted cells lose the blanks around them.
class CsvReader {
 public:
  // `source` names the stream in messages. Throws plugin::UserMistake at UTF-16.
  CsvReader(std::istream& in, std::string source);

  // False at the end. Throws plugin::UserMistake at a quote that is never closed or followed by text, and at what is
  // no UTF-8 text with LF or CRLF.
  bool next(CsvRecord& record);

 private:
  std::string next_line();
  std::string quoted_cell(std::string& line, std::size_t& position);

  std::istream& in_;
  std::string source_;
  std::size_t line_ = 0;
};

}  // namespace tuner::xgb
