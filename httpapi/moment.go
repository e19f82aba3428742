package httpapi

import (
	"math/bits"
	"strconv"
)

// appendMoment appends f, which is at least 1<<30 and less than 1<<31, in the
// format of appendFloat. Such values are Unix seconds of the years 2004 to
// 2038. appendMoment takes a fifth of the time of the general algorithm, which
// matters because every answer has its own time.
//
// Such a float is a multiple of 2^-22, which is less than a millionth, so f is
// the nearest float of at most one number with six decimals. If there is such a
// number, the shortest form is that number without its trailing zeros;
// otherwise it is the nearest number with seven decimals.
func appendMoment(dst []byte, f float64) []byte {
	const fraction = 22
	k := uint64(f * (1 << fraction)) // exact

	for _, scale := range []uint64{1e6, 1e7} {
		hi, lo := bits.Mul64(k, scale)
		n := hi<<(64-fraction) | lo>>fraction // k * scale / 2^22, rounded down
		rest := lo & (1<<fraction - 1)
		if rest == 1<<(fraction-1) {
			break // Exactly between two numbers: the general algorithm decides.
		}
		off := rest
		if rest > 1<<(fraction-1) {
			n++
			off = 1<<fraction - rest
		}
		if off < scale/2 { // n / scale parses as f.
			return appendDecimal(dst, n/scale, n%scale, scale/10)
		}
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}

// appendDecimal appends a whole and a fraction whose first digit has the weight
// first. It drops trailing zeros, but keeps at least one digit.
func appendDecimal(dst []byte, whole, decimals, first uint64) []byte {
	dst = append(strconv.AppendUint(dst, whole, 10), '.')
	for digit := first; digit == first || decimals > 0; digit /= 10 {
		dst = append(dst, byte('0'+decimals/digit)) //nolint:gosec // A digit.
		decimals %= digit
	}
	return dst
}
