// dlib's global search (Debian's libdlib-dev) as a program that is asked and told, for quality.py. Reads from standard
// input the number of coordinates and for each its bounds and whether it is whole; then "ask" (answered by a number and
// a point), "tell NUMBER VALUE" (of the smaller the better) and "best" (answered by a point). The seed is its argument.
#include <dlib/global_optimization/global_function_search.h>

#include <iomanip>
#include <iostream>
#include <limits>
#include <map>
#include <string>

namespace {

dlib::function_spec read_box() {
  long size = 0;
  std::cin >> size;
  dlib::matrix<double, 0, 1> low(size);
  dlib::matrix<double, 0, 1> high(size);
  std::vector<bool> whole;
  for (long i = 0; i < size; ++i) {
    bool is_whole = false;
    std::cin >> low(i) >> high(i) >> is_whole;
    whole.push_back(is_whole);
  }
  return {low, high, whole};
}

void print(const dlib::matrix<double, 0, 1>& point) {
  for (long i = 0; i < point.size(); ++i) std::cout << ' ' << point(i);
  std::cout << std::endl;
}

}  // namespace

int main(int, char** argv) {
  std::cout << std::setprecision(std::numeric_limits<double>::max_digits10);
  dlib::global_function_search search(read_box());
  search.set_seed(std::stoul(argv[1]));
  std::map<std::size_t, dlib::function_evaluation_request> open;
  std::size_t next = 0;
  for (std::string word; std::cin >> word;) {
    if (word == "ask") {
      const auto& request = open.emplace(next, search.get_next_x()).first->second;
      std::cout << next++;
      print(request.x());
    } else if (word == "tell") {
      std::size_t number = 0;
      double value = 0;
      std::cin >> number >> value;
      open.at(number).set(-value);  // it maximizes
      open.erase(number);
    } else {
      dlib::matrix<double, 0, 1> point;
      double value = 0;
      std::size_t function = 0;
      search.get_best_function_eval(point, value, function);
      print(point);
    }
  }
}
