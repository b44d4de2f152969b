package deskseal

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/deskseal/deskseal/bindings/go/internal/core"
)

// The size of an instance's buffer in bytes, at first.
const usualBuffer = 8 * 1024

// A call of the core: it takes the number of the arguments' bytes, which are in the buffer, and returns the number of
// the answer's bytes; minus the number of a failure's bytes, or -1 for nothing.
type call func(module *core.Module, length int32) int32

// A method of a signer or a verifier, which takes its handle first.
type method func(module *core.Module, handle, length int32) int32

// An instance of the core, which one goroutine uses at a time.
type instance struct {
	module *core.Module
	// Where its buffer begins and how long it is.
	start, size int32
	// The handles of the objects that this instance has used, by their ids.
	handles map[uint64]int32
	// The ids of objects that were dropped while a goroutine used this instance.
	dropped []uint64
}

func newInstance() *instance {
	own := &instance{module: core.New(), handles: map[uint64]int32{}}
	own.reserve(usualBuffer)
	return own
}

// reserve makes the buffer at least that long. It moves when it grows.
func (own *instance) reserve(length int32) {
	if length > own.size {
		own.size = length
		own.start = own.module.Xdeskseal_buffer(length)
	}
}

// run writes the arguments into the buffer, calls the function, and returns its answer: "" for nothing.
func (own *instance) run(function call, given arguments) (string, error) {
	if len(given) > math.MaxInt32 {
		return "", errTooLong
	}
	length := int32(len(given))
	own.reserve(length)
	copy(own.buffer(), given)
	return own.answer(function(own.module, length))
}

func (own *instance) answer(length int32) (string, error) {
	if length == -1 {
		return "", nil
	}
	isFailure := length < 0
	if isFailure {
		length = -length
	}
	own.reserve(length)
	text := string(own.buffer()[:length])
	if isFailure {
		return "", failure(text)
	}
	return text, nil
}

func (own *instance) buffer() []byte {
	return (*own.module.Slice())[own.start : own.start+own.size]
}

// handle returns the object's handle in this instance, which is made when it is first used here.
func (own *instance) handle(of *object) (int32, error) {
	if handle, isMade := own.handles[of.id]; isMade {
		return handle, nil
	}
	answer, err := own.run(of.create, of.arguments())
	if err != nil {
		return 0, err
	}
	handle, err := strconv.ParseInt(answer, 10, 32)
	if err != nil {
		return 0, err
	}
	own.handles[of.id] = int32(handle)
	return int32(handle), nil
}

// free forgets the object with this id, and overwrites its secrets.
func (own *instance) free(id uint64) {
	if handle, isMade := own.handles[id]; isMade {
		own.module.Xdeskseal_free(handle)
		delete(own.handles, id)
	}
}

// The instances of this process: at most GOMAXPROCS, each made when all others are in use.
type instances struct {
	mutex sync.Mutex
	// Signals that an instance is free, or that another one may be made.
	isFree *sync.Cond
	all    []*instance
	free   []*instance
	// The id of the object that was made last.
	lastID uint64
}

var pool = newInstances()

func newInstances() *instances {
	made := new(instances)
	made.isFree = sync.NewCond(&made.mutex)
	return made
}

// take returns an instance for this goroutine alone, and waits until there is one. The one that was used last is in
// the processor's caches.
func (all *instances) take() *instance {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	for {
		if last := len(all.free) - 1; last >= 0 {
			taken := all.free[last]
			all.free = all.free[:last]
			return taken
		}
		if len(all.all) < runtime.GOMAXPROCS(0) {
			made := newInstance()
			all.all = append(all.all, made)
			return made
		}
		all.isFree.Wait()
	}
}

func (all *instances) put(taken *instance) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	for _, id := range taken.dropped {
		taken.free(id)
	}
	taken.dropped = nil
	all.free = append(all.free, taken)
	all.isFree.Signal()
}

// discard forgets an instance that stopped in the middle of a call, so that its memory is not to be trusted.
func (all *instances) discard(broken *instance) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	all.all = slices.DeleteFunc(all.all, func(other *instance) bool { return other == broken })
	all.isFree.Signal()
}

// use calls the function with an instance.
func (all *instances) use(function func(*instance) (string, error)) (answer string, err error) {
	taken := all.take()
	defer func() {
		if cause := recover(); cause != nil {
			all.discard(taken)
			answer, err = "", fmt.Errorf("%w: %v", errInternal, cause)
		} else {
			all.put(taken)
		}
	}()
	return function(taken)
}

// drop frees the object with this id in all instances.
func (all *instances) drop(id uint64) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	for _, own := range all.all {
		if slices.Contains(all.free, own) {
			own.free(id)
		} else {
			own.dropped = append(own.dropped, id)
		}
	}
}

func (all *instances) newID() uint64 {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	all.lastID++
	return all.lastID
}

var (
	errInternal = errors.New(
		"deskseal: internal error; nothing was signed or verified. Please report this bug")
	errTooLong = errors.New("deskseal: the arguments are longer than 2 GiB; pass shorter ones")
)

// An object is a signer or a verifier. It has a handle in each instance that has used it.
type object struct {
	id     uint64
	create call
	// Returns what makes it, with its secrets. A function keeps them from packages that print all fields of a value.
	arguments func() arguments
}

// newObject makes the object in one instance, which checks its secrets. Its handles are freed when the program no
// longer refers to it.
func newObject(create call, given arguments) (*object, error) {
	made := &object{id: pool.newID(), create: create, arguments: func() arguments { return given }}
	_, err := pool.use(func(own *instance) (string, error) {
		_, err := own.handle(made)
		return "", err
	})
	if err != nil {
		given.wipe()
		return nil, err
	}
	runtime.AddCleanup(made, dropObject, dropped{made.id, given})
	return made, nil
}

// What remains of an object when the program no longer refers to it.
type dropped struct {
	id        uint64
	arguments arguments
}

func dropObject(remains dropped) {
	pool.drop(remains.id)
	remains.arguments.wipe()
}

// call calls the method, and returns its answer: "" for nothing.
func (of *object) call(function method, given arguments) (string, error) {
	defer runtime.KeepAlive(of)
	return pool.use(func(own *instance) (string, error) {
		handle, err := own.handle(of)
		if err != nil {
			return "", err
		}
		return own.run(func(module *core.Module, length int32) int32 {
			return function(module, handle, length)
		}, given)
	})
}

// ask calls a function without a secret.
func ask(function call, given arguments) (string, error) {
	return pool.use(func(own *instance) (string, error) { return own.run(function, given) })
}
