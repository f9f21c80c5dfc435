/* Nothing to call: this library is preloaded into a program to give it another wall clock. */
