// The body of linear_algebra_portable.cpp and linear_algebra_avx2.cpp: everything is in an unnamed namespace or in
// Eigen's, which each of the two names differently. Uses nothing of the standard library that is a template.
//
// Results must not depend on where the arrays of a caller stand in memory, else a replay could differ in the last bits.
// Eigen works on the first numbers of an unaligned array one by one, and then rounds functions and sums otherwise: what
// is more than sums and products goes through arrays of Eigen's own, which are aligned; sums are dot products.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "plugins/strategies/bayes/linear_algebra.h"

namespace tuner::strategies::bayes {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::Lower;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Columns = Eigen::Map<MatrixXd, 0, Eigen::OuterStride<>>;
using ConstColumns = Eigen::Map<const MatrixXd, 0, Eigen::OuterStride<>>;
using Rows = Eigen::Map<RowMajor, 0, Eigen::OuterStride<>>;
using ConstVector = Eigen::Map<const VectorXd>;
using Vector = Eigen::Map<VectorXd>;

// Triangles are worked on in blocks of this many columns: large enough for matrix products, small enough to skip most
// of the other half.
constexpr Index kBlock = 64;

Index as_index(std::size_t size) {
  return static_cast<Index>(size);
}

ConstColumns matrix_of(const Points& points) {
  return {points.data, as_index(points.rows), as_index(points.features), Eigen::OuterStride<>(as_index(points.stride))};
}

Rows matrix_of(const Factor& factor, std::size_t rows, std::size_t columns) {
  return {factor.data, as_index(rows), as_index(columns), Eigen::OuterStride<>(as_index(factor.stride))};
}

// Matérn 5/2 (Rasmussen & Williams 2006, eq. 4.17) with t = sqrt(5) r: M52 = (1 + t + t^2 / 3) exp(-t), and
// dM52/d(r^2) = -5/6 (1 + t) exp(-t), which is finite at r = 0 where dM52/dr is not.
template <class Array>
auto root_of(const Array& squared_distance) {
  return (5.0 * squared_distance.max(0.0)).sqrt();
}

// |a - b|^2 = |a|^2 + |b|^2 - 2 a.b, which rounding can make slightly negative.
template <class A, class B, class Out>
void squared_distances(const A& a, const B& b, Out&& out) {
  out.noalias() = -2.0 * a * b.transpose();
  out.colwise() += a.rowwise().squaredNorm();
  out.rowwise() += b.rowwise().squaredNorm().transpose();
}

void covariances(const Points& a, const Points& b, double signal, double* out, std::size_t out_stride) {
  if (a.rows == 0 || b.rows == 0) return;
  Columns k(out, as_index(a.rows), as_index(b.rows), Eigen::OuterStride<>(as_index(out_stride)));
  squared_distances(matrix_of(a), matrix_of(b), k);
  ArrayXd t(k.rows());
  ArrayXd decay(k.rows());
  for (Index j = 0; j < k.cols(); ++j) {
    t = root_of(k.col(j).array());
    decay = signal * (-t).exp();
    k.col(j).array() = (1.0 + t + t.square() / 3.0) * decay;
  }
}

void covariances_of_one(const Points& points, const double* x, double signal, double* k, double* derivative) {
  const ConstColumns all = matrix_of(points);
  ArrayXd t = ArrayXd::Zero(all.rows());
  for (Index e = 0; e < all.cols(); ++e) t += (all.col(e).array() - x[e]).square();
  t = root_of(t);
  const ArrayXd decay = signal * (-t).exp();
  Vector(k, all.rows()).array() = (1.0 + t + t.square() / 3.0) * decay;
  Vector(derivative, all.rows()).array() = (-5.0 / 6.0) * (1.0 + t) * decay;
}

// The block of `rows` × `columns` at (row, column) of a row-major matrix.
Rows block_of(const Rows& matrix, Index row, Index column, Index rows, Index columns) {
  double* first = const_cast<double*>(matrix.data()) + row * matrix.outerStride() + column;
  return {first, rows, columns, Eigen::OuterStride<>(matrix.outerStride())};
}

// [A 0; B C]^-1 = [A^-1 0; -C^-1 B A^-1 C^-1].
void invert_lower(Rows lower) {
  const Index n = lower.rows();
  if (n <= 16) {
    RowMajor inverse = RowMajor::Identity(n, n);
    lower.triangularView<Lower>().solveInPlace(inverse);
    lower.triangularView<Lower>() = inverse;
    return;
  }
  const Index half = n / 2;
  const Rows a = block_of(lower, 0, 0, half, half);
  Rows b = block_of(lower, half, 0, n - half, half);
  const Rows c = block_of(lower, half, half, n - half, n - half);
  invert_lower(a);
  invert_lower(c);
  const RowMajor product = c.triangularView<Lower>() * b;
  b.noalias() = -product * a.triangularView<Lower>();
}

bool invert_factor(double* covariance, std::size_t n, const Factor& inverse_factor) {
  Eigen::Map<MatrixXd> k(covariance, as_index(n), as_index(n));
  const Eigen::LLT<Eigen::Ref<MatrixXd>> cholesky(k);
  if (cholesky.info() != Eigen::Success) return false;
  Rows inverse = matrix_of(inverse_factor, n, n);
  inverse.triangularView<Lower>() = k;
  invert_lower(inverse);
  return inverse.diagonal().allFinite();
}

// With V = L^-1 K_np and the Schur complement S = K_pp - V^T V = R R^T, the new rows of the inverse factor are
// [-R^-1 V^T L^-1, R^-1].
bool extend(const Factor& inverse_factor, std::size_t n, const double* cross, double* own, std::size_t p) {
  const ConstColumns k(cross, as_index(n), as_index(p), Eigen::OuterStride<>(as_index(n)));
  Eigen::Map<MatrixXd> schur(own, as_index(p), as_index(p));
  const Rows inverse = matrix_of(inverse_factor, n, n);
  MatrixXd v(as_index(n), as_index(p));
  v.noalias() = inverse.triangularView<Lower>() * k;
  schur.selfadjointView<Lower>().rankUpdate(v.transpose(), -1.0);

  const Rows rows = matrix_of(inverse_factor, n + p, n + p);
  Rows corner = block_of(rows, as_index(n), as_index(n), as_index(p), as_index(p));
  const Eigen::LLT<Eigen::Ref<MatrixXd>> cholesky(schur);
  if (cholesky.info() != Eigen::Success) return false;
  corner.triangularView<Lower>() = schur;
  invert_lower(corner);
  const RowMajor product = v.transpose() * inverse.triangularView<Lower>();
  block_of(rows, as_index(n), 0, as_index(p), as_index(n)).noalias() = -(corner.triangularView<Lower>() * product);
  return corner.diagonal().allFinite();
}

// Row by row, so that each row is read from memory once.
double whiten(const Factor& inverse_factor, std::size_t n, const double* k, double* v, double* w) {
  Vector(w, as_index(n)).setZero();
  double norm = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const ConstVector row(inverse_factor.data + i * inverse_factor.stride, as_index(i + 1));
    v[i] = row.dot(ConstVector(k, as_index(i + 1)));
    Vector(w, as_index(i + 1)) += v[i] * row;
    norm += v[i] * v[i];
  }
  return norm;
}

void whitened_norms(const Factor& inverse_factor, std::size_t n, const double* k, std::size_t k_stride, std::size_t m,
                    double* norms) {
  const ConstColumns all(k, as_index(n), as_index(m), Eigen::OuterStride<>(as_index(k_stride)));
  const Rows inverse = matrix_of(inverse_factor, n, n);
  Vector sums(norms, as_index(m));
  sums.setZero();
  MatrixXd v(kBlock, as_index(m));
  for (Index first = 0; first < as_index(n); first += kBlock) {
    const Index rows = first + kBlock < as_index(n) ? kBlock : as_index(n) - first;
    v.topRows(rows).noalias() =
        inverse.block(first, first, rows, rows).triangularView<Lower>() * all.middleRows(first, rows);
    if (first > 0) v.topRows(rows).noalias() += inverse.block(first, 0, rows, first) * all.topRows(first);
    sums += v.topRows(rows).colwise().squaredNorm().transpose();
  }
}

void project(const double* row, std::size_t n, const double* k, std::size_t k_stride, std::size_t m, double* out) {
  const ConstColumns all(k, as_index(n), as_index(m), Eigen::OuterStride<>(as_index(k_stride)));
  Vector(out, as_index(m)).noalias() = all.transpose() * ConstVector(row, as_index(n));
}

void weighted_differences(const Points& points, const double* x, const double* weight, double* gradient) {
  const ConstColumns all = matrix_of(points);
  const ConstVector weights(weight, all.rows());
  const ConstVector at(x, all.cols());
  Vector(gradient, all.cols()).noalias() = at * weights.dot(VectorXd::Ones(all.rows())) - all.transpose() * weights;
}

constexpr double kTwoPi = 6.283185307179586;

// cos(2 pi t) by its Taylor series about the nearest whole turn, whose 13 terms leave an error below 1e-13. The
// library's cosine takes one number at a time.
template <class Array>
ArrayXd cosines(const Array& turns) {
  constexpr int kTerms = 13;
  const ArrayXd square = (kTwoPi * (turns - turns.round())).square();
  ArrayXd sum = ArrayXd::Ones(square.size());
  for (int k = kTerms - 1; k > 0; --k) sum = 1.0 - square * (1.0 / ((2 * k - 1) * (2 * k))) * sum;
  return sum;
}

void waves(const Waves& waves, const Points& points, double* values) {
  const ConstColumns all = matrix_of(points);
  const ConstColumns frequencies = matrix_of(waves.frequencies);
  Vector sum(values, all.rows());
  sum.setZero();
  VectorXd turns(all.rows());
  for (Index m = 0; m < frequencies.rows(); ++m) {
    turns.noalias() = all * frequencies.row(m).transpose();
    turns.array() += waves.phases[m];
    sum.array() += waves.amplitudes[m] * cosines(turns.array());
  }
}

double waves_at_one(const Waves& waves, const double* x, double* gradient) {
  const ConstColumns frequencies = matrix_of(waves.frequencies);
  const ConstVector amplitudes(waves.amplitudes, frequencies.rows());
  VectorXd turns = ConstVector(waves.phases, frequencies.rows());
  turns.noalias() += frequencies * ConstVector(x, frequencies.cols());
  if (gradient != nullptr) {  // the derivative of a cosine is the cosine a quarter of a turn further on
    const VectorXd slopes = kTwoPi * amplitudes.array() * cosines(turns.array() + 0.25);
    Vector(gradient, frequencies.cols()).noalias() = frequencies.transpose() * slopes;
  }
  return amplitudes.dot(cosines(turns.array()).matrix());
}

// K^-1 = L^-T L^-1, lower triangle, by blocks of rows of L^-1: a row contributes only up to its diagonal.
void inverse_from(const RowMajor& inverse_factor, MatrixXd& inverse) {
  const Index n = inverse_factor.rows();
  inverse.setZero(n, n);
  for (Index first = 0; first < n; first += kBlock) {
    const Index end = first + kBlock < n ? first + kBlock : n;
    inverse.topLeftCorner(end, end).selfadjointView<Lower>().rankUpdate(
        inverse_factor.block(first, 0, end - first, end).transpose());
  }
}

// t = sqrt(5) r and s^2 exp(-t) of all pairs, lower triangle.
struct Distances {
  MatrixXd t;
  MatrixXd decay;
};

void distances_of(const ConstColumns& points, double signal, Distances& out) {
  const Index n = points.rows();
  out.t.resize(n, n);
  out.decay.resize(n, n);
  for (Index first = 0; first < n; first += kBlock) {
    const Index columns = first + kBlock < n ? kBlock : n - first;
    squared_distances(points.bottomRows(n - first), points.middleRows(first, columns),
                      out.t.block(first, first, n - first, columns));
    for (Index j = first; j < first + columns; ++j) {
      auto t = out.t.col(j).tail(n - j).array();
      t = root_of(t);
      t(0) = 0;
      out.decay.col(j).tail(n - j).array() = signal * (-t).exp();
    }
  }
}

// Rasmussen & Williams 2006, eq. 5.8 and 5.9, with the constant mean c profiled out under its normal prior:
//   c = 1^T K^-1 y / (1^T K^-1 1 + precision), and by the envelope theorem no derivative flows through it.
// With W = (K^-1 - a a^T) / 2 the derivative by any parameter is sum W o dK; for the length scale of feature e it is
//   -4 [(M 1) . z_e^2 - z_e^T M z_e] with M = W o s^2 dM52/d(r^2), one matrix product for all features.
LikelihoodResult likelihood(const LikelihoodData& data, double* by_feature) {
  const ConstColumns points = matrix_of(data.points);
  const Index n = points.rows();
  const ConstVector noise(data.noise, n);
  Distances distance;
  distances_of(points, data.signal, distance);
  MatrixXd k(n, n);
  for (Index j = 0; j < n; ++j) {
    const auto t = distance.t.col(j).tail(n - j).array();
    k.col(j).tail(n - j).array() = (1.0 + t + t.square() / 3.0) * distance.decay.col(j).tail(n - j).array();
    k(j, j) += noise(j);
  }
  RowMajor factor = RowMajor::Zero(n, n);
  LikelihoodResult result;
  if (!invert_factor(k.data(), data.points.rows, {factor.data(), data.points.rows})) return result;

  const ConstVector y(data.targets, n);
  const auto solve = [&](const VectorXd& right) -> VectorXd {
    return factor.transpose().triangularView<Eigen::Upper>() * (factor.triangularView<Lower>() * right).eval();
  };
  const VectorXd ones = VectorXd::Ones(n);
  const VectorXd solved_ones = solve(ones);
  result.mean = solved_ones.dot(y) / (solved_ones.sum() + data.mean_precision);
  const VectorXd residual = y - result.mean * ones;
  const VectorXd alpha = solve(residual);
  result.value = 0.5 * residual.dot(alpha) - factor.diagonal().array().log().sum() +
                 0.5 * data.mean_precision * result.mean * result.mean;
  result.positive_definite = true;

  MatrixXd& w = k;
  inverse_from(factor, w);
  for (Index j = 0; j < n; ++j) w.col(j).tail(n - j) = 0.5 * (w.col(j).tail(n - j) - alpha(j) * alpha.tail(n - j));
  result.by_noise = w.diagonal().dot(ConstVector(data.learned_noise, n));
  for (Index j = 0; j < n; ++j) {
    const auto t = distance.t.col(j).tail(n - j).array();
    const auto decay = distance.decay.col(j).tail(n - j).array();
    const double diagonal = w(j, j) * data.signal;
    auto column = w.col(j).tail(n - j).array();
    result.by_signal += 2.0 * (column * (1.0 + t + t.square() / 3.0) * decay).sum() - diagonal;
    column *= (-5.0 / 6.0) * (1.0 + t) * decay;
    w(j, j) = 0;
  }
  MatrixXd product(n, points.cols());
  product.noalias() = w.selfadjointView<Lower>() * points;
  const VectorXd sums = w.selfadjointView<Lower>() * ones;
  for (Index e = 0; e < points.cols(); ++e)
    by_feature[e] = -4.0 * (sums.dot(points.col(e).cwiseAbs2()) - points.col(e).dot(product.col(e)));
  return result;
}

}  // namespace

#define TUNER_BAYES_JOINED(level) level##_linear_algebra
#define TUNER_BAYES_TABLE(level) TUNER_BAYES_JOINED(level)
#define TUNER_BAYES_TEXT(level) #level
#define TUNER_BAYES_NAME(level) TUNER_BAYES_TEXT(level)

extern const LinearAlgebra TUNER_BAYES_TABLE(TUNER_BAYES_LEVEL);
const LinearAlgebra TUNER_BAYES_TABLE(TUNER_BAYES_LEVEL) = {
    TUNER_BAYES_NAME(TUNER_BAYES_LEVEL),
    covariances,
    covariances_of_one,
    invert_factor,
    extend,
    whiten,
    whitened_norms,
    project,
    weighted_differences,
    waves,
    waves_at_one,
    likelihood,
};

}  // namespace tuner::strategies::bayes
