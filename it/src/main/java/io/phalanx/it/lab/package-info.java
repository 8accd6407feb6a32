/**
 * Networks of namespaces, with members as JVMs. Needs root; everything that is made is removed at
 * the end. The tests put strongSwan as the peer, TUN devices and a protected network into it.
 */
@NullMarked
package io.phalanx.it.lab;

import org.jspecify.annotations.NullMarked;
