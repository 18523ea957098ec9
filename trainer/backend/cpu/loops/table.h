/* loops table - the set of kernels made of the loops above it. Included once by each set, after
 * the other files of this folder, with LOOPS_SET and LOOPS_NAME defined. */
const struct cpu_kernels LOOPS_SET = {
    .name = LOOPS_NAME,
    .bias_activation = loop_bias_activation,
    .activation_gradient = loop_activation_gradient,
    .bias_gradient = loop_bias_gradient,
    .softmax = loop_softmax,
    .cross_entropy = loop_cross_entropy,
    .argmax = loop_argmax,
    .axpy = loop_axpy,
    .scale = loop_scale,
    .fill = loop_fill,
    .from_bytes = loop_from_bytes,
    .sum_of_squares = loop_sum_of_squares,
    .sgd = loop_sgd,
    .momentum = loop_momentum,
    .adamw = loop_adamw,
};
