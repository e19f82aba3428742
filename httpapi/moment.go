package httpapi

import (
	"math/bits"
	"strconv"
)

// appendMoment appends f, which is at least 1<<30 and less than 1<<31, as
// appendFloat promises it: Unix seconds of the years 2004 to 2038 in a fifth of
// the time that the general way takes. Every poller has a moment of its own.
//
// Such a float is a multiple of 2^-22, which is less than a millionth: at most
// one number of six decimals has it as its nearest float, and if there is one
// the shortest form is that without its zeros; if not, the nearest number of
// seven decimals.
func appendMoment(dst []byte, f float64) []byte {
	const fraction = 22
	k := uint64(f * (1 << fraction)) // exact

	for _, scale := range []uint64{1e6, 1e7} {
		hi, lo := bits.Mul64(k, scale)
		n := hi<<(64-fraction) | lo>>fraction // k * scale / 2^22, rounded down
		rest := lo & (1<<fraction - 1)
		if rest == 1<<(fraction-1) {
			break // Just between two: the general way knows the rule.
		}
		off := rest
		if rest > 1<<(fraction-1) {
			n++
			off = 1<<fraction - rest
		}
		if off < scale/2 { // n / scale is read as f again.
			return appendDecimal(dst, n/scale, n%scale, scale/10)
		}
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}

// appendDecimal appends a whole and a fraction whose first digit counts first,
// without zeros at its end, but with one digit at least.
func appendDecimal(dst []byte, whole, decimals, first uint64) []byte {
	dst = append(strconv.AppendUint(dst, whole, 10), '.')
	for digit := first; digit == first || decimals > 0; digit /= 10 {
		dst = append(dst, byte('0'+decimals/digit)) //nolint:gosec // A digit.
		decimals %= digit
	}
	return dst
}
