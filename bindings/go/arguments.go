package deskseal

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The length of an argument that is none.
const none = math.MaxUint32

// How many bytes of arguments need no allocation.
const usualArguments = 512

// The arguments of a call, as bindings/bridge/src/buffer.rs reads them.
type arguments []byte

func (given arguments) bytes(bytes []byte) arguments {
	return append(given.length(len(bytes)), bytes...)
}

func (given arguments) text(text string) arguments {
	return append(given.length(len(text)), text...)
}

func (given arguments) optionalText(text *string) arguments {
	if text == nil {
		return given.none()
	}
	return given.text(*text)
}

func (given arguments) integer(value int64) arguments {
	return binary.LittleEndian.AppendUint64(given.length(8), uint64(value))
}

func (given arguments) optionalInteger(value *int64) arguments {
	if value == nil {
		return given.none()
	}
	return given.integer(*value)
}

func (given arguments) flag(value bool) arguments {
	if value {
		return append(given.length(1), 1)
	}
	return append(given.length(1), 0)
}

func (given arguments) optionalFlag(value *bool) arguments {
	if value == nil {
		return given.none()
	}
	return given.flag(*value)
}

// time adds the time in Unix seconds, by default the current time.
func (given arguments) time(value time.Time) arguments {
	return given.integer(secondsOrNow(value))
}

func (given arguments) none() arguments {
	return binary.LittleEndian.AppendUint32(given, none)
}

// list adds a list, whose elements are written like arguments.
func (given arguments) list(write func(arguments) arguments) arguments {
	start := len(given) + 4
	given = write(given.length(0))
	binary.LittleEndian.PutUint32(given[start-4:], uint32(len(given)-start))
	return given
}

func (given arguments) texts(texts ...string) arguments {
	return given.list(func(given arguments) arguments {
		for _, text := range texts {
			given = given.text(text)
		}
		return given
	})
}

func (given arguments) length(length int) arguments {
	return binary.LittleEndian.AppendUint32(given, uint32(length))
}

// wipe overwrites arguments that contain a secret.
func (given arguments) wipe() {
	clear(given[:cap(given)])
}

func secondsOrNow(value time.Time) int64 {
	if value.IsZero() {
		value = time.Now()
	}
	return value.Unix()
}

// attributesText returns the attributes as one text, or nil for none. Each attribute is t, i or b for its type and its
// name, then its value, with a zero after name and value.
func attributesText(attributes map[string]any) (*string, error) {
	if attributes == nil {
		return nil, nil
	}
	var written strings.Builder
	for name, value := range attributes {
		letter, text, err := writtenAttribute(value)
		if err != nil {
			return nil, fmt.Errorf("deskseal: the attribute %q %w", name, err)
		}
		written.WriteString(letter + escape.Replace(name) + "\x00" + escape.Replace(text) + "\x00")
	}
	return Ptr(written.String()), nil
}

// writtenAttribute returns the letter of the value's type, and the value as text.
func writtenAttribute(value any) (letter, text string, err error) {
	switch value := value.(type) {
	case string:
		return "t", value, nil
	case bool:
		return "b", strconv.FormatBool(value), nil
	case int, int8, int16, int32, int64, uint8, uint16, uint32:
		return "i", fmt.Sprint(value), nil
	case uint:
		return "i", fmt.Sprint(min(uint64(value), math.MaxInt64)), nil
	case uint64:
		// The core rejects integers that JSON does not keep exactly, and reads no larger ones.
		return "i", fmt.Sprint(min(value, math.MaxInt64)), nil
	default:
		return "", "", fmt.Errorf("must be a string, an integer or a bool, and is %T", value)
	}
}

// Within attributes, U+0000, which ends a part, and U+0001 are written as U+0001 and a digit.
var (
	escape   = strings.NewReplacer("\x00", "\x010", "\x01", "\x011")
	unescape = strings.NewReplacer("\x010", "\x00", "\x011", "\x01")
)

// namedHeaders returns name, value, name, value … of the request's headers that are in names, in any letter case.
func namedHeaders(headers map[string][]string, names []string) []string {
	var named []string
	for name, values := range headers {
		if slices.Contains(names, strings.ToLower(name)) {
			named = append(named, name, strings.Join(values, ", "))
		}
	}
	return named
}
